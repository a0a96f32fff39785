{# Distinct texts of a group in ascending order, joined by a separator; blank groups give null. #}
{% macro joined_text(column, separator, where='true') -%}
    {{ adapter.dispatch('joined_text', 'canon')(column, separator, where) }}
{%- endmacro %}

{% macro default__joined_text(column, separator, where) -%}
    array_to_string(
            array_sort(array_distinct(array_agg({{ column }}) filter (where {{ column }} is not null and {{ where }}))),
            '{{ separator }}'
        )
{%- endmacro %}

{% macro spark__joined_text(column, separator, where) -%}
    array_join(
            array_sort(array_distinct(array_agg({{ column }}) filter (where {{ column }} is not null and {{ where }}))),
            '{{ separator }}'
        )
{%- endmacro %}
