{# The published crosswalk: one row per source record, deleted and merged ones included. #}
{% macro crosswalk_rows(entity, records, crosswalk, runs) %}
{%- do kept_by(entity ~ '_id', reopened_model(entity)) %}
with

records as (

    select * from {{ records }}

),

crosswalk as {{ narrowed_first() }} (

    select crosswalk.*

    from {{ crosswalk }} as crosswalk

    {{ only_touched(reopened_model(entity), {entity ~ '_id': 'crosswalk.' ~ entity ~ '_id'}) }}

),

runs as (

    select * from {{ runs }}

),

published as (

    select
        crosswalk.{{ entity }}_id,
        records.source,
        records.object,
        records.source_record_id,
        crosswalk.match_rule,
        crosswalk.match_key,
        records.is_deleted,
        runs.started_at as first_seen_at

    from records

    inner join crosswalk
        on records.record_key = crosswalk.record_key

    left join runs
        on records.first_sync_seq = runs.sync_seq

)

select * from published
{%- endmacro %}
