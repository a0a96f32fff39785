{# The published table of an entity: canonical values and sources, and when a value last changed. #}
{% macro published_rows(entity, completed, snapshot, also=[]) %}
    {%- set id = entity ~ '_id' %}
    {%- do kept_by(id, reopened_model(entity)) %}
with

completed as (

    select * from {{ completed }}

),

-- the open version began with the sync that last changed a canonical value
current_versions as (

    select
        {{ id }},
        dbt_valid_from

    from {{ snapshot }}

    where dbt_valid_to is null

),

published as (

    select
        completed.{{ id }},
        {%- for field in ownership(entity) %}
        completed.{{ field }},
        {%- endfor %}
        {%- for field in ownership(entity) %}
        completed.{{ field }}_source,
        {%- endfor %}
        {%- for column in also %}
        completed.{{ column }},
        {%- endfor %}
        completed.first_seen_at,
        current_versions.dbt_valid_from as changed_at,
        completed.is_deleted,
        completed.policy_version

    from completed

    left join current_versions
        on completed.{{ id }} = current_versions.{{ id }}

)

select * from published
{%- endmacro %}
