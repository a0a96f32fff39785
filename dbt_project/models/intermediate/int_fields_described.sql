with

fields as (

    select * from {{ ref('int_fields_unioned') }}

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
        mapped.is_looked_up,
        latest.sync_seq

    from latest

    left join mapped
        on latest.source = mapped.source
        and latest.object = mapped.object
        and lower(latest.field) = lower(mapped.field)

    where latest.version_rank = 1

)

select * from described
