{{ config(materialized='table', contract={'enforced': false}) }}

-- a whole country that one system loses hides in an average; one that it never had is no news
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
known as (

    select distinct customer_id

    from records

    where source in ({{ deciding_sources('customer', 'email') }})

),

people as (

    select
        customers.customer_id,
        coalesce(customers.country, 'unknown') as segment

    from {{ ref('customers') }} as customers

    inner join known
        on customers.customer_id = known.customer_id

),

totals as (

    select
        segment,
        count(*) as customers

    from people

    group by segment

),

matched as (

    select
        records.source,
        people.segment,
        count(*) as matched

    from people

    inner join records
        on people.customer_id = records.customer_id

    group by records.source, people.segment

),

sources as (

    select distinct source from matched

),

covered as (

    select
        sources.source,
        totals.segment,
        totals.customers,
        coalesce(matched.matched, 0) as matched,
        sum(totals.customers) over (partition by sources.source) as all_customers,
        sum(coalesce(matched.matched, 0)) over (partition by sources.source) as all_matched

    from sources

    cross join totals

    left join matched
        on sources.source = matched.source
        and totals.segment = matched.segment

),

shares as (

    select
        source,
        segment,
        customers,
        matched,
        cast(matched * 100.0 / nullif(customers, 0) as double) as matched_percent,
        cast(all_matched * 100.0 / nullif(all_customers, 0) as double) as all_percent

    from covered

),

gaps as (

    select
        *,
        case
            when customers < {{ health_number('segments', 'rows') }} then 0
            when matched_percent >= all_percent then 0
            else all_percent - matched_percent
        end as points_below

    from shares

),

usual as (

    select
        source,
        part as segment,
        median(value) as points_below

    from {{ ref('stg_canon__measurements') }}

    where measure = 'measure_segments' and metric = 'points_below'

    group by source, part

),

measured as (

    select
        gaps.*,
        usual.points_below as usual_points,
        case
            when usual.points_below is null or gaps.points_below <= usual.points_below then 0
            else gaps.points_below - usual.points_below
        end as more_points

    from gaps

    left join usual
        on gaps.source = usual.source
        and gaps.segment = usual.segment

),

judged as (

    select
        *,
        {{ health_verdict('segments', 'more_points', by=['source']) }} as verdict,
        {{ health_allowed('segments', by=['source']) }} as allowed

    from measured

)

select * from judged
