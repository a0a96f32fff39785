{{ config(materialized='view', contract={'enforced': false}) }}

-- how old a change was when it arrived, by the source's own clock
with

records as (

    {{ arrived_rows() }}

),

reads as (

    select
        *,
        max(sync_seq) over (partition by source, object) as newest_seq

    from {{ ref('sync_extracts') }}

    where mode = 'delta' and lower(object) not like '%history'

),

newest as (

    select * from reads

    where sync_seq = newest_seq

),

-- a stamp may be ahead of the clock that answers
aged as (

    select
        records.source,
        records.object,
        case
            when records.modified_at > newest.finished_at then 0
            else (
                {{ epoch_ms('newest.finished_at') }} - {{ epoch_ms('records.modified_at') }}
            ) / 60000.0
        end as minutes

    from records

    inner join newest
        on records.extract_id = newest.extract_id

),

placed as (

    select
        *,
        row_number() over (partition by source, object order by minutes nulls last) as place,
        count(*) over (partition by source, object) as arrived

    from aged

),

spread as (

    select
        source,
        object,
        max(arrived) as arrived,
        min(case when place >= arrived * 0.5 then minutes end) as p50_minutes,
        min(case when place >= arrived * 0.95 then minutes end) as p95_minutes,
        max(minutes) as max_minutes

    from placed

    group by source, object

),

-- where nothing came, nothing came late
measured as (

    select
        reads.source,
        reads.object,
        coalesce(max(spread.arrived), 0) as arrived,
        max(spread.p50_minutes) as p50_minutes,
        max(spread.p95_minutes) as p95_minutes,
        max(spread.max_minutes) as max_minutes,
        case
            when max(spread.arrived) is null then 0
            else max(spread.p95_minutes)
        end as late_minutes

    from {{ ref('sync_extracts') }} as reads

    left join spread
        on reads.source = spread.source
        and reads.object = spread.object

    where lower(reads.object) not like '%history'

    group by reads.source, reads.object

),

judged as (

    select
        *,
        {{ health_verdict('lag', 'late_minutes') }} as verdict,
        {{ health_allowed('lag') }} as allowed

    from measured

)

select * from judged
