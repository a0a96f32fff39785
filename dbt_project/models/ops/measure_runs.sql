{{ config(materialized='view', contract={'enforced': false}) }}

-- a build alone reads no source, so it is no sync
with

syncs as (

    select
        status,
        {{ age('started_at', 3600000) }} <= 24 as is_recent,
        -- of the run that is under way, the load and the build are done when it is measured
        case
            when status = 'running' then {{ now_utc() }}
            when status = 'succeeded' then finished_at
        end as succeeded_at

    from {{ ref('stg_canon__sync_runs') }}

    where mode != 'build'

),

counted as (

    select
        count(*) filter (where is_recent) as syncs,
        count(*) filter (where is_recent and status != 'running') as ended,
        count(*) filter (where is_recent and status = 'failed') as failed,
        max(succeeded_at) as last_succeeded_at

    from syncs

),

-- of a few runs a single failure is a large share
measured as (

    select
        '24 hours' as period,
        syncs,
        failed,
        case
            when ended < 5 then 100
            else cast((ended - failed) * 100.0 / nullif(ended, 0) as double)
        end as success_percent,
        last_succeeded_at,
        cast(
            {{ age('last_succeeded_at', 60000) }} / {{ interval_minutes() }} as double
        ) as intervals_since_success

    from counted

)

select * from measured
