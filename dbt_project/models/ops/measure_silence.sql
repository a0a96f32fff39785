{{ config(materialized='view', contract={'enforced': false}) }}

-- an object that always had something and has had nothing for long: each single delta looks well
with

{{ delta_runs() }}

arrivals as (

    select
        source,
        object,
        place,
        lag(place) over (partition by source, object order by place nulls last) as later_place

    from runs

    where rows_written > 0 and place <= 300

),

counted as (

    select
        source,
        object,
        count(*) as arrivals,
        min(place) - 1 as quiet_runs,
        coalesce(max(place - later_place - 1), 0) as longest_before

    from arrivals

    group by source, object

),

measured as (

    select
        objects.source,
        objects.object,
        coalesce(counted.arrivals, 0) as arrivals,
        counted.quiet_runs,
        counted.longest_before,
        case
            when coalesce(counted.arrivals, 0) < {{ health_number('silence', 'runs') }} then 0
            else counted.quiet_runs * 1.0 / nullif(greatest(counted.longest_before, 4), 0)
        end as times_longest

    from objects

    left join counted
        on objects.source = counted.source
        and objects.object = counted.object

),

judged as (

    select
        *,
        {{ health_verdict('silence', 'times_longest') }} as verdict,
        {{ health_allowed('silence') }} as allowed

    from measured

)

select * from judged
