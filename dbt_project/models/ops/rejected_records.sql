{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    on_schema_change='append_new_columns',
    full_refresh=false,
    unique_key=['source', 'object', 'source_record_id', 'field', 'reason', 'raw_value'],
) }}

with

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

rejections as (

    select * from {{ ref('int_values_rejected') }}

),

open_rejections as (

    select
        rejections.source,
        rejections.object,
        rejections.source_record_id,
        rejections.field,
        rejections.reason,
        rejections.raw_value,
        runs.sync_id,
        false as is_resolved

    from rejections

    left join runs
        on rejections.sync_seq = runs.sync_seq

),

{% if is_incremental() %}
-- what was open and is no longer: the source says something usable by now
resolved as (

    select
        earlier.source,
        earlier.object,
        earlier.source_record_id,
        earlier.field,
        earlier.reason,
        earlier.raw_value,
        earlier.sync_id,
        true as is_resolved

    from {{ this }} as earlier

    left join open_rejections
        on earlier.source = open_rejections.source
        and earlier.object = open_rejections.object
        and earlier.source_record_id = open_rejections.source_record_id
        and earlier.field = open_rejections.field
        and earlier.reason = open_rejections.reason
        and earlier.raw_value = open_rejections.raw_value

    where open_rejections.source is null and not earlier.is_resolved

),
{% endif %}

journalled as (

    select * from open_rejections
    {% if is_incremental() %}
    union all
    select * from resolved
    {% endif %}

)

select * from journalled
