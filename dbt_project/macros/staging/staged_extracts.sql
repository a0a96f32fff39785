{# A source's journal of reads: one row per read. dlt appends at least once; a doubled row says the same both times. #}
{% macro staged_extracts(system) %}

with

source as (

    select * from {{ source(system, 'extracts') }}

),

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
        outcomes,
        fields,
        finished_at,
        clock_skew

    from source

)

select * from deduplicated
{%- endmacro %}
