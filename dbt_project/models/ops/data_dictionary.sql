with

fields as (

    select * from {{ ref('int_fields_described') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

dated as (

    select
        fields.source,
        fields.object,
        fields.field,
        fields.label,
        fields.type,
        fields.picklist_values,
        fields.is_required,
        fields.is_writable,
        fields.is_calculated,
        fields.is_present,
        fields.canonical_field,
        fields.owner,
        runs.started_at as updated_at

    from fields

    left join runs
        on fields.sync_seq = runs.sync_seq

)

select * from dated
