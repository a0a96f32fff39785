{{ config(materialized='view', contract={'enforced': false}) }}

-- a build alone reads no source, and neither does an erasure: they are no syncs
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

    where mode not in ('build', 'forget')

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
            when ended < {{ health_number('failures', 'runs') }} then 100
            else cast((ended - failed) * 100.0 / nullif(ended, 0) as double)
        end as success_percent,
        case
            when ended < {{ health_number('failures', 'runs') }} then 0
            else cast(failed * 100.0 / nullif(ended, 0) as double)
        end as failed_percent,
        last_succeeded_at,
        cast(
            {{ age('last_succeeded_at', 60000) }} / {{ interval_minutes() }} as double
        ) as intervals_since_success

    from counted

),

judged as (

    select
        *,
        {{ health_verdict('failures', 'failed_percent', by=[]) }} as verdict,
        {{ health_allowed('failures', by=[]) }} as allowed,
        {{ health_verdict('last_success', 'intervals_since_success', by=[]) }} as age_verdict,
        {{ health_allowed('last_success', by=[]) }} as age_allowed

    from measured

)

select * from judged
