{# Whether two versions of the members' snapshot were open at one time: their records were one customer then. #}
{% macro met(one, other) -%}
    {{ one }}.customer_id = {{ other }}.customer_id
        and {{ one }}.dbt_valid_from < coalesce({{ other }}.dbt_valid_to, cast('9999-12-31' as timestamp))
        and {{ other }}.dbt_valid_from < coalesce({{ one }}.dbt_valid_to, cast('9999-12-31' as timestamp))
{%- endmacro %}
