{{ config(materialized='view', contract={'enforced': false}) }}

with

extracts as (

    select * from {{ ref('sync_extracts') }}

),

newest as (

    select
        source,
        object,
        max(sync_seq) as sync_seq

    from extracts

    group by source, object

),

-- rejects are counted per sync and object, and stand at each of its reads
counted as (

    select
        extracts.source,
        extracts.object,
        max(extracts.sync_id) as sync_id,
        cast(sum(extracts.rows_written) as bigint) as rows_written,
        cast(max(extracts.rows_rejected) as bigint) as values_rejected

    from extracts

    inner join newest
        on extracts.source = newest.source
        and extracts.object = newest.object
        and extracts.sync_seq = newest.sync_seq

    group by extracts.source, extracts.object

),

-- of a handful of rows a single one is a large share: it says nothing about the source
measured as (

    select
        source,
        object,
        sync_id,
        rows_written,
        values_rejected,
        case
            when rows_written < {{ health_number('rejects', 'rows') }} then 0
            else cast(values_rejected * 100.0 / nullif(rows_written, 0) as double)
        end as rejected_percent

    from counted

),

judged as (

    select
        *,
        {{ health_verdict('rejects', 'rejected_percent') }} as verdict,
        {{ health_allowed('rejects') }} as allowed

    from measured

)

select * from judged
