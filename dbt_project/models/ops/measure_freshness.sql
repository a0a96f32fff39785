{{ config(materialized='view', contract={'enforced': false}) }}

-- measured when it is read, so that a sync which stopped running shows
with

extracts as (

    select * from {{ ref('sync_extracts') }}

),

latest as (

    select
        source,
        object,
        max(window_to) as last_loaded_at,
        sum(rows_written) as records

    from extracts

    -- which histories are read follows from the policy, and from what a source keeps
    where lower(object) not like '%history'

    group by source, object

),

aged as (

    select
        source,
        object,
        last_loaded_at,
        {{ age('last_loaded_at', 60000) }} as minutes_behind,
        records

    from latest

),

measured as (

    select
        source,
        object,
        last_loaded_at,
        cast(minutes_behind as double) as minutes_behind,
        cast(minutes_behind / {{ interval_minutes() }} as double) as intervals_behind,
        cast(records as bigint) as records

    from aged

),

judged as (

    select
        *,
        {{ health_verdict('freshness', 'intervals_behind') }} as verdict,
        {{ health_allowed('freshness') }} as allowed

    from measured

)

select * from judged
