{{ config(materialized='view') }}

with

source as (

    select * from {{ source('hubspot', 'extracts') }}

),

-- dlt appends at least once; an extract's row says the same both times
deduplicated as (

    select distinct
        extract_id,
        sync_id,
        sync_seq,
        source,
        object,
        mode,
        transport,
        window_from,
        window_to,
        rows_read,
        rows_written,
        api_calls,
        retries,
        api_used,
        api_limit,
        fields

    from source

)

select * from deduplicated
