{{ config(materialized='view', contract={'enforced': false}) }}

-- on a scale of logarithms twice as many is as far off as half, and one wild run moves neither the
-- median nor the usual distance from it
with

{{ delta_runs() }}

past as (

    select
        *,
        ln(rows_written + 5) as size

    from runs

    where place between 2 and 31

),

usual as (

    select
        source,
        object,
        count(*) as runs,
        median(rows_written) as rows_written,
        median(size) as size

    from past

    group by source, object

),

spread as (

    select
        past.source,
        past.object,
        greatest(median(abs(past.size - usual.size)) * 1.4826, 0.35) as distance

    from past

    inner join usual
        on past.source = usual.source
        and past.object = usual.object

    group by past.source, past.object

),

compared as (

    select
        objects.source,
        objects.object,
        runs.rows_written,
        usual.rows_written as usual_rows,
        coalesce(usual.runs, 0) as past_runs,
        case
            when coalesce(usual.runs, 0) < {{ health_number('drop', 'runs') }} then 0
            else (ln(runs.rows_written + 5) - usual.size) / nullif(spread.distance, 0)
        end as deviation

    from objects

    left join runs
        on objects.source = runs.source
        and objects.object = runs.object
        and runs.place = 1

    left join usual
        on objects.source = usual.source
        and objects.object = usual.object

    left join spread
        on objects.source = spread.source
        and objects.object = spread.object

),

measured as (

    select
        *,
        cast(rows_written as string) || ' rows, usually ' || cast(usual_rows as string) as volume,
        case when deviation is not null then greatest(-deviation, 0) end as fall,
        case when deviation is not null then greatest(deviation, 0) end as rise

    from compared

),

judged as (

    select
        *,
        {{ health_verdict('drop', 'fall') }} as verdict,
        {{ health_allowed('drop') }} as allowed,
        {{ health_verdict('spike', 'rise') }} as spike_verdict,
        {{ health_allowed('spike') }} as spike_allowed

    from measured

)

select * from judged
