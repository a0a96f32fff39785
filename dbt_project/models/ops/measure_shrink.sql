{{ config(materialized='view', contract={'enforced': false}) }}

-- against what readers have: the next publish would take these records from them
with

records as (

    select
        source,
        object,
        is_deleted
    from {{ ref('customer_sources') }}
    union all
    select
        source,
        object,
        is_deleted
    from {{ ref('company_sources') }}
    union all
    select
        source,
        object,
        is_deleted
    from {{ ref('deal_sources') }}
    union all
    select
        'canon' as source,
        'customers' as object,
        is_deleted
    from {{ ref('customers') }}

),

counted as (

    select
        source,
        object,
        count(*) filter (where not is_deleted) as live

    from records

    group by source, object

),

compared as (

    select
        coalesce(counted.source, published.source) as source,
        coalesce(counted.object, published.object) as object,
        coalesce(counted.live, 0) as live,
        published.live as published_live,
        greatest(coalesce(published.live, 0) - coalesce(counted.live, 0), 0) as lost

    from counted

    full outer join {{ ref('stg_canon__publications') }} as published
        on counted.source = published.source
        and counted.object = published.object

),

-- so many at once are too many, however small their share
measured as (

    select
        *,
        cast(lost as string) || ' of ' || cast(coalesce(published_live, 0) as string)
        || ' records' as loss,
        case
            when lost < {{ health_number('shrink', 'rows') }} then 0
            when lost >= {{ health_number('shrink', 'records') }} then 100
            else cast(lost * 100.0 / nullif(published_live, 0) as double)
        end as lost_percent

    from compared

),

judged as (

    select
        *,
        {{ health_verdict('shrink', 'lost_percent') }} as verdict,
        {{ health_allowed('shrink') }} as allowed

    from measured

)

select * from judged
