{# One row per member of a text list: the select list's expression that multiplies the row. #}
{% macro split_rows(text, separator) -%}
    {{ adapter.dispatch('split_rows', 'canon')(text, separator) }}
{%- endmacro %}

{% macro default__split_rows(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__split_rows(text, separator) -%}
    explode(split({{ text }}, '{{ separator }}'))
{%- endmacro %}
