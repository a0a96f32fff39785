{{ config(materialized='view', contract={'enforced': false}) }}

with

questions as (

    select * from {{ ref('review_queue') }}

),

-- nobody could answer a question before the first sync asked it, however old the values are
runs as (

    select min(started_at) as first_started_at from {{ ref('stg_canon__sync_runs') }}

),

-- the later of the two; not every question has a date
dated as (

    select
        questions.kind,
        case
            when questions.opened_at > runs.first_started_at then questions.opened_at
            else runs.first_started_at
        end as opened_at

    from questions

    cross join runs

),

aged as (

    select
        kind,
        {{ age('opened_at', 86400000) }} as days_open

    from dated

),

measured as (

    select
        kind,
        count(*) as items,
        round(cast(max(days_open) as double), 1) as oldest_days

    from aged

    group by kind

    union all

    -- a queue without questions is a number too
    select
        'all' as kind,
        count(*) as items,
        case when count(*) = 0 then 0 else round(cast(max(days_open) as double), 1) end
            as oldest_days

    from aged

),

judged as (

    select
        *,
        {{ health_verdict('review', 'oldest_days', by=[]) }} as verdict,
        {{ health_allowed('review', by=[]) }} as allowed

    from measured

)

select * from judged
