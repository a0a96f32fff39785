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

reasons as (

    select
        rejections.source,
        rejections.object,
        rejections.reason,
        count(*) as values_rejected,
        row_number() over (
            partition by rejections.source, rejections.object
            order by count(*) desc nulls last, rejections.reason asc nulls last
        ) as place

    from {{ ref('rejected_records') }} as rejections

    inner join counted
        on rejections.source = counted.source
        and rejections.object = counted.object
        and rejections.sync_id = counted.sync_id

    group by rejections.source, rejections.object, rejections.reason

),

-- of a handful of rows a single one is a large share: it says nothing about the source
measured as (

    select
        counted.source,
        counted.object,
        counted.sync_id,
        counted.rows_written,
        counted.values_rejected,
        reasons.reason as main_reason,
        reasons.values_rejected as main_reason_values,
        case
            when counted.rows_written < {{ health_number('rejects', 'rows') }} then 0
            else cast(counted.values_rejected * 100.0 / nullif(counted.rows_written, 0) as double)
        end as rejected_percent

    from counted

    left join reasons
        on counted.source = reasons.source
        and counted.object = reasons.object
        and reasons.place = 1

),

judged as (

    select
        *,
        cast(values_rejected as string) || ' values of ' || cast(rows_written as string) || ' rows'
        || coalesce(
            ', ' || cast(main_reason_values as string) || ' of them ' || main_reason, ''
        ) as rejected,
        {{ health_verdict('rejects', 'rejected_percent') }} as verdict,
        {{ health_allowed('rejects') }} as allowed

    from measured

)

select * from judged
