{{ config(materialized='view', contract={'enforced': false}) }}

-- systems disagree all the time; what counts is that they disagree much more than they used to
with

conflicts as (

    select
        field,
        {{ age('since', 86400000) }} as days

    from {{ ref('customer_field_conflicts') }}

),

counted as (

    select
        field,
        count(*) as conflicts,
        count(*) filter (where days > 30) as older_than_30_days,
        round(cast(max(days) as double), 1) as oldest_days

    from conflicts

    group by field

    union all

    -- that nobody disagrees is a number too
    select
        'all' as field,
        count(*) as conflicts,
        count(*) filter (where days > 30) as older_than_30_days,
        round(cast(max(days) as double), 1) as oldest_days

    from conflicts

),

usual as (

    select
        part as field,
        median(value) as conflicts

    from {{ ref('stg_canon__measurements') }}

    where measure = 'measure_conflicts' and metric = 'conflicts'

    group by part

),

compared as (

    select
        counted.*,
        usual.conflicts as usual_conflicts

    from counted

    left join usual
        on counted.field = usual.field

),

measured as (

    select
        *,
        case
            when conflicts < {{ health_number('conflicts', 'rows') }} then 0
            when usual_conflicts is null or conflicts <= usual_conflicts then 0
            when usual_conflicts = 0 then 100
            else (conflicts - usual_conflicts) * 100.0 / nullif(usual_conflicts, 0)
        end as more_percent

    from compared

),

judged as (

    select
        *,
        {{ health_verdict('conflicts', 'more_percent', by=[]) }} as verdict,
        {{ health_allowed('conflicts', by=[]) }} as allowed

    from measured

)

select * from judged
