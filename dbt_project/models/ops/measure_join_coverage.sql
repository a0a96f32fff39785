{{ config(materialized='view', contract={'enforced': false}) }}

with

records as (

    select distinct
        customer_id,
        source

    from {{ ref('customer_sources') }}

    where not is_deleted

),

-- whom only a system knows that has no say in addresses (a product that anybody may sign up to)
-- is nobody that the others would have to know
customers as (

    select distinct customer_id

    from records

    where source in ({{ deciding_sources('customer', 'email') }})

),

loaded as (

    select distinct source

    from {{ ref('sync_extracts') }}

),

pairs as (

    select
        loaded.source,
        customers.customer_id,
        records.customer_id is not null as is_matched

    from loaded

    cross join customers

    left join records
        on loaded.source = records.source
        and customers.customer_id = records.customer_id

),

measured as (

    select
        source,
        count(*) as customers,
        count(*) filter (where is_matched) as matched,
        cast(
            count(*) filter (where is_matched) * 100.0 / nullif(count(*), 0) as double
        ) as matched_percent,
        cast(
            count(*) filter (where not is_matched) * 100.0 / nullif(count(*), 0) as double
        ) as unmatched_percent

    from pairs

    group by source

),

judged as (

    select
        *,
        {{ health_verdict('coverage', 'unmatched_percent', by=['source']) }} as verdict,
        {{ health_allowed('coverage', by=['source']) }} as allowed

    from measured

)

select * from judged
