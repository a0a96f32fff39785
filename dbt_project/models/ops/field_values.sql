{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    post_hook='{{ drop_old_profiles() }}',
) }}

-- of what a sync brought, not of all that there is: a million records hide what happens to the
-- hundred that change, and cost ten thousand times as much
with

mapped as (

    {{ mapped_rows() }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

listed as (

    select
        source,
        object,
        canonical_field,
        coalesce(picklist_values, 'true;false') as choices

    from {{ ref('int_fields_described') }}

    where
        is_present
        and (
            type in ('bool', 'boolean')
            or (picklist_values is not null and type != 'multipicklist')
        )

),

{% if is_incremental() %}
profiled as (

    select
        source,
        object,
        canonical_field,
        max(sync_seq) as sync_seq

    from {{ this }}

    group by source, object, canonical_field

),
{% endif %}

news as (

    select distinct
        mapped.source,
        mapped.object,
        mapped.canonical_field,
        listed.choices,
        runs.sync_id,
        runs.sync_seq

    from mapped

    cross join runs

    left join listed
        on mapped.source = listed.source
        and mapped.object = listed.object
        and mapped.canonical_field = listed.canonical_field
    {% if is_incremental() %}

    left join profiled
        on mapped.source = profiled.source
        and mapped.object = profiled.object
        and mapped.canonical_field = profiled.canonical_field

    where runs.sync_seq > coalesce(profiled.sync_seq, 0)
    {% endif %}

),

counted as (

    {{ profiled_rows() }}

),

told as (

    select
        sync_id,
        sync_seq,
        source,
        object,
        canonical_field,
        case
            when value is null or value = '{{ untold() }}' then value
            when {{ is_listed('value', 'choices') }} then value
            else '{{ unlisted() }}'
        end as value,
        record_count

    from counted

),

summed as (

    select
        sync_id,
        sync_seq,
        source,
        object,
        canonical_field,
        value,
        cast(sum(record_count) as bigint) as record_count

    from told

    group by sync_id, sync_seq, source, object, canonical_field, value

)

select * from summed
