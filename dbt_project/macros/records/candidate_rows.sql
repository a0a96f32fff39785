{# What each record of a customer says: per field its value, when that last changed and how that is known. #}
{% macro candidate_rows(entity, ranked) %}
with

ranked as (

    select * from {{ ranked }}

),

published as (

    select
        {{ entity }}_id,
        source,
        object,
        source_record_id,
        {%- for field in ownership(entity) %}
        {{ field }},
        {{ field }}_changed_at,
        {{ field }}_clock,
        {%- endfor %}
        is_deleted

    from ranked

)

select * from published
{%- endmacro %}
