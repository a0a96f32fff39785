{# First and last name in normal form as one text: `ann/smith`, `/smith`. #}
{% macro name_key(first, last) -%}
    coalesce({{ first }}, '') || '/' || coalesce({{ last }}, '')
{%- endmacro %}
