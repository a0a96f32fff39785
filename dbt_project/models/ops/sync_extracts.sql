{{ config(materialized='view') }}

with

extracts as (

    select * from {{ ref('stg_salesforce__extracts') }}
    union all
    select * from {{ ref('stg_hubspot__extracts') }}
    union all
    select * from {{ ref('stg_product__extracts') }}

),

rejections as (

    select
        sync_id,
        source,
        object,
        count(*) as rows_rejected

    from {{ ref('rejected_records') }}

    group by sync_id, source, object

),

counted as (

    select
        extracts.extract_id,
        extracts.sync_id,
        extracts.sync_seq,
        extracts.source,
        extracts.object,
        extracts.mode,
        extracts.transport,
        extracts.window_from,
        extracts.window_to,
        extracts.rows_read,
        extracts.rows_written,
        coalesce(rejections.rows_rejected, 0) as rows_rejected,
        extracts.api_calls,
        extracts.retries,
        extracts.api_used,
        extracts.api_limit,
        extracts.outcomes,
        extracts.fields,
        extracts.finished_at,
        extracts.clock_skew

    from extracts

    left join rejections
        on extracts.sync_id = rejections.sync_id
        and extracts.source = rejections.source
        and extracts.object = rejections.object

)

select * from counted
