{{ config(materialized='view', contract={'enforced': false}) }}

with

sources as (

    select distinct source from {{ ref('sync_extracts') }}

),

asked as (

    select
        *,
        row_number() over (partition by source order by asked_at desc nulls last) as place

    from {{ ref('stg_canon__source_access') }}

),

counted as (

    select
        source,
        min(case when outcome = 'ok' then place end) as last_ok,
        max(place) as asked

    from asked

    group by source

),

-- since it last let Canon in; a load of before this was kept is no refusal
failed as (

    select
        asked.source,
        max(asked.asked_at) as asked_at,
        count(*) filter (where asked.outcome = 'refused') as refused,
        count(*) filter (where asked.outcome = 'unavailable') as unavailable

    from asked

    inner join counted
        on asked.source = counted.source
        and asked.place < coalesce(counted.last_ok, counted.asked + 1)

    group by asked.source

),

measured as (

    select
        sources.source,
        failed.asked_at as failed_at,
        coalesce(failed.refused, 0) as refused,
        coalesce(failed.unavailable, 0) as unavailable

    from sources

    left join failed
        on sources.source = failed.source

),

judged as (

    select
        *,
        {{ health_verdict('refused', 'refused', by=['source']) }} as verdict,
        {{ health_allowed('refused', by=['source']) }} as allowed,
        {{ health_verdict('unavailable', 'unavailable', by=['source']) }} as answer_verdict,
        {{ health_allowed('unavailable', by=['source']) }} as answer_allowed

    from measured

)

select * from judged
