{{ config(materialized='view', contract={'enforced': false}) }}

-- the sum of what is counted by country whenever customers are made: a sync of nothing asks again
with

segments as (

    select
        source,
        segment,
        customers,
        matched

    from {{ ref('measure_segments') }}

),

-- every system is measured against the same customers of a country
countries as (

    select distinct
        segment,
        customers

    from segments

),

everybody as (

    select cast(sum(customers) as bigint) as customers

    from countries

),

matched as (

    select
        source,
        cast(sum(matched) as bigint) as matched

    from segments

    group by source

),

loaded as (

    select distinct source

    from {{ ref('sync_extracts') }}

),

counted as (

    select
        loaded.source,
        everybody.customers,
        coalesce(matched.matched, 0) as matched

    from loaded

    -- of no customers no share is known: no row is no pass
    inner join everybody
        on everybody.customers > 0

    left join matched
        on loaded.source = matched.source

),

measured as (

    select
        *,
        cast(matched * 100.0 / nullif(customers, 0) as double) as matched_percent,
        cast((customers - matched) * 100.0 / nullif(customers, 0) as double) as unmatched_percent

    from counted

),

judged as (

    select
        *,
        {{ health_verdict('coverage', 'unmatched_percent', by=['source']) }} as verdict,
        {{ health_allowed('coverage', by=['source']) }} as allowed

    from measured

)

select * from judged
