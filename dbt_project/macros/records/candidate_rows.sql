{# What each record of a customer says: per field its value, when that last changed and how that is
   known. Another field's value, that a field falls back to, is nothing it says of this one. #}
{% macro candidate_rows(entity, ranked) %}
{%- do kept_by(entity ~ '_id', reopened_model(entity)) %}
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
        {%- for field, policy in ownership(entity).items() %}
        {%- for column in [field, field ~ '_changed_at', field ~ '_clock'] %}
        {{ 'case when not ' ~ field ~ '_falls_back then ' ~ column ~ ' end as ' ~ column if policy.fallback else column }},
        {%- endfor %}
        {%- endfor %}
        is_deleted

    from ranked

)

select * from published
{%- endmacro %}
