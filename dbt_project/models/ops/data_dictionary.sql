with

fields as (

    select
        'salesforce' as source,
        *
    from {{ ref('stg_salesforce__fields') }}
    union all
    select
        'hubspot' as source,
        *
    from {{ ref('stg_hubspot__fields') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

mapped as (

    {{ mapped_rows() }}

),

latest as (

    select
        *,
        row_number() over (
            partition by source, field_id order by sync_seq desc nulls last
        ) as version_rank

    from fields

),

described as (

    select
        latest.source,
        latest.object,
        latest.field,
        latest.label,
        latest.type,
        latest.picklist_values,
        latest.is_required,
        latest.is_writable,
        latest.is_calculated,
        latest.is_present,
        mapped.canonical_field,
        mapped.owner,
        runs.started_at as updated_at

    from latest

    left join mapped
        on latest.source = mapped.source
        and latest.object = mapped.object
        and lower(latest.field) = mapped.field

    left join runs
        on latest.sync_seq = runs.sync_seq

    where latest.version_rank = 1

)

select * from described
