{{ config(materialized='view', contract={'enforced': false}) }}

with

ordered as (

    select
        *,
        row_number() over (
            partition by source order by sync_seq desc nulls last, finished_at desc nulls last
        ) as place

    from {{ ref('sync_extracts') }}

),

-- reads of a time before this was kept do not say, and the next one does
measured as (

    select
        source,
        sync_id,
        clock_skew as seconds_ahead,
        abs(coalesce(clock_skew, 0)) as seconds_apart

    from ordered

    where place = 1

),

judged as (

    select
        *,
        {{ health_verdict('clocks', 'seconds_apart', by=['source']) }} as verdict,
        {{ health_allowed('clocks', by=['source']) }} as allowed

    from measured

)

select * from judged
