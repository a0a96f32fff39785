{# A multi-select value (`b;a`) as a set: members trimmed of nothing, sorted, distinct, joined by `;`. #}
{% macro sorted_list(text) -%}
    {{ adapter.dispatch('sorted_list', 'canon')(text) }}
{%- endmacro %}

{% macro default__sorted_list(text) -%}
    nullif(array_to_string(array_sort(array_distinct(string_split(trim({{ text }}, ';'), ';'))), ';'), '')
{%- endmacro %}

{% macro spark__sorted_list(text) -%}
    nullif(array_join(array_sort(array_distinct(split(trim(both ';' from {{ text }}), ';'))), ';'), '')
{%- endmacro %}
