{{ config(materialized='view', contract={'enforced': false}) }}

with

extracts as (

    select * from {{ ref('sync_extracts') }}

),

sources as (

    select distinct source from extracts

),

-- not every answer names the allowance: the newest read that was told one counts
ordered as (

    select
        *,
        row_number() over (
            partition by source
            order by sync_seq desc nulls last, finished_at desc nulls last, api_used desc nulls last
        ) as place

    from extracts

    where api_limit is not null

),

-- a database has no allowance, and neither has an app that is told none: nothing of it is used
measured as (

    select
        sources.source,
        ordered.sync_id,
        ordered.api_used,
        ordered.api_limit,
        case
            when ordered.source is null then 0
            else cast(ordered.api_used * 100.0 / nullif(ordered.api_limit, 0) as double)
        end as used_percent

    from sources

    left join ordered
        on sources.source = ordered.source
        and ordered.place = 1

),

judged as (

    select
        *,
        {{ health_verdict('api_budget', 'used_percent', by=['source']) }} as verdict,
        {{ health_allowed('api_budget', by=['source']) }} as allowed

    from measured

)

select * from judged
