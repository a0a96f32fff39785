{{ config(materialized='view') }}

with

values_told as (

    select * from {{ ref('field_values') }}

),

named as (

    select
        *,
        value || ': ' || cast(record_count as string) as told

    from values_told

),

profiled as (

    select
        sync_id,
        sync_seq,
        source,
        object,
        canonical_field,
        cast(sum(record_count) as bigint) as records,
        cast(sum(case when value is null then record_count else 0 end) as bigint) as blanks,
        {{ joined_text('told', '; ', "value != '" ~ untold() ~ "'") }} as told

    from named

    group by sync_id, sync_seq, source, object, canonical_field

),

shared as (

    select
        sync_id,
        sync_seq,
        source,
        object,
        canonical_field,
        records,
        blanks,
        cast(blanks * 100.0 / nullif(records, 0) as double) as blank_percent,
        nullif(told, '') as value_counts

    from profiled

)

select * from shared
