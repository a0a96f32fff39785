{# A multi-select value (`b;a`) as a set: members trimmed of nothing, sorted, distinct, blank ones left out, joined by `;`. #}
{% macro sorted_list(text) -%}
    {{ adapter.dispatch('sorted_list', 'canon')(text) }}
{%- endmacro %}

{% macro default__sorted_list(text) -%}
    nullif(trim(array_to_string(array_sort(array_distinct(string_split({{ text }}, ';'))), ';'), ';'), '')
{%- endmacro %}

{% macro spark__sorted_list(text) -%}
    nullif(trim(both ';' from array_join(array_sort(array_distinct(split({{ text }}, ';'))), ';')), '')
{%- endmacro %}
