{# The nearest earlier value that is not null, in the order of a named window. #}
{% macro previous_known(column, window) -%}
    {{ adapter.dispatch('previous_known', 'canon')(column, window) }}
{%- endmacro %}

{% macro default__previous_known(column, window) -%}
    lag({{ column }} ignore nulls) over {{ window }}
{%- endmacro %}

{% macro spark__previous_known(column, window) -%}
    lag({{ column }}) ignore nulls over {{ window }}
{%- endmacro %}
