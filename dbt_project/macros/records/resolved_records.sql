{# The canonical row: each field's value and source, both read from the same record or records: see canonical_value. #}
{% macro resolved_records(entity, ranked, decided, runs) %}
    {%- set id = entity ~ '_id' %}
with

runs as (

    select * from {{ runs }}

),

resolved as (

    select
        ranked.{{ id }},
        {%- for field, policy in ownership(entity).items() %}
        {{ canonical_value(field, policy) }} as {{ field }},
        {{ canonical_source(field, policy) }} as {{ field }}_source,
        {%- endfor %}
        min(ranked.first_sync_seq) as first_sync_seq,
        max(ranked.last_sync_seq) as last_sync_seq,
        bool_and(ranked.is_deleted) as is_deleted,
        {{ joined_text('ranked.record_key', ' ', "ranked.first_sync_seq is not null") }} as members

    from {{ ranked }} as ranked

    inner join {{ decided }} as decided
        on ranked.{{ id }} = decided.{{ id }}

    group by ranked.{{ id }}

),

stamped as (

    select
        resolved.*,
        runs.started_at as first_seen_at,
        '{{ policy_version() }}' as policy_version

    from resolved

    left join runs
        on resolved.first_sync_seq = runs.sync_seq

)

select * from stamped
{%- endmacro %}
