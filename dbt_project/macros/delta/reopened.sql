{# The customers (companies, deals) about whom everything is decided anew: whose records may say something else, came or left; whose values
   a steward has decided. None where everything is made anew, which decides about all.

   crosswalk  relation of (record_key, record_hash, <entity>_id)
   restated   relation of the records that may say something else
   answers    what stewards decided: one row per customer and field
   published  name of the mart that has the crosswalk of the last build
   moved      relation of the records that may have come or gone
   also       selects of further ids #}
{% macro reopened(entity, crosswalk, restated, answers, published, moved, also=[]) %}
    {%- set id = entity ~ '_id' %}
with

crosswalk as (

    select
        {{ id }},
        record_key

    from {{ crosswalk }}

),

{{ crosswalk_before(id, published) }}

moved as (

    select record_key from {{ restated }}
    union
    select record_key from {{ moved }}

),

reopened as (

    select crosswalk.{{ id }}
    from crosswalk
    inner join moved
        on crosswalk.record_key = moved.record_key
    union
    select crosswalk_before.{{ id }}
    from crosswalk_before
    inner join moved
        on crosswalk_before.record_key = moved.record_key
    union
    select {{ id }} from {{ answers }}
    {%- for select_ids in also %}
    union
    {{ select_ids }}
    {%- endfor %}
    {%- if goes_by_now(entity) %}
    union
    select {{ id }} from crosswalk
    {%- endif %}

)

select * from reopened
where {{ id }} is not null
{{- ' and false' if builds_whole() }}
{%- endmacro %}

{# The records of an entity that belong to another one than when the last build ended, of which `published` is the crosswalk. #}
{% macro moved_records(entity, crosswalk, published) %}
    {%- set id = entity ~ '_id' %}
with

{{ crosswalk_before(id, published) }}

moved as (

    select coalesce(crosswalk.record_key, crosswalk_before.record_key) as record_key

    from {{ crosswalk }} as crosswalk

    full outer join crosswalk_before
        on crosswalk.record_key = crosswalk_before.record_key

    where crosswalk.{{ id }} is distinct from crosswalk_before.{{ id }}

)

select * from moved
{{- ' where false' if builds_whole() }}
{%- endmacro %}

{# CTEs that end with crosswalk_before: (<entity>_id, record_key) when the last build ended, as the mart of that name has it. #}
{% macro crosswalk_before(id, published) -%}
published as (

    {{ rows_before(published, ['source', 'object', 'source_record_id', id], schema='marts') }}

),

crosswalk_before as (

    select
        {{ id }},
        source || ':' || object || ':' || source_record_id as record_key

    from published

),
{%- endmacro %}

{# The name of the model that says about whom this build decides anew. #}
{% macro reopened_model(entity) %} {{ return({
    'customer': 'int_customers_reopened', 'company': 'int_companies_reopened', 'deal': 'int_deals_reopened',
}[entity]) }} {% endmacro %}
