{{ kept_by(['source', 'object', 'source_record_id'], 'int_records_restated') }}

with

changes as (

    select * from {{ ref('stg_salesforce__field_changes') }}
    union all
    select * from {{ ref('stg_hubspot__field_changes') }}
    union all
    select * from {{ ref('stg_product__field_changes') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

journalled as (

    select
        changes.source,
        changes.object,
        changes.source_record_id,
        changes.field,
        changes.old_value,
        changes.new_value,
        changes.source_changed_at,
        changes.clock,
        changes.extract_id,
        runs.sync_id

    from changes

    {{ only_touched('int_records_restated', {
        'source': 'changes.source',
        'object': 'changes.object',
        'source_record_id': 'changes.source_record_id',
    }) }}

    left join runs
        on changes.sync_seq = runs.sync_seq

)

select * from journalled
