{{ config(materialized='table', contract={'enforced': false}) }}

with

ends as (

    {{ association_rows() }}

),

counted as (

    select
        source,
        object,
        count(*) as ends,
        count(*) filter (where record_id is null) as orphans

    from ends

    group by source, object

    union all

    -- that there is nothing to lead anywhere is a number too
    select
        'canon' as source,
        'all' as object,
        count(*) as ends,
        count(*) filter (where record_id is null) as orphans

    from ends

),

measured as (

    select
        *,
        case
            when orphans < {{ health_number('orphans', 'rows') }} then 0
            else cast(orphans * 100.0 / nullif(ends, 0) as double)
        end as orphan_percent

    from counted

),

judged as (

    select
        *,
        {{ health_verdict('orphans', 'orphan_percent') }} as verdict,
        {{ health_allowed('orphans') }} as allowed

    from measured

)

select * from judged
