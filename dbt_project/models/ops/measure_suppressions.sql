{{ config(materialized='view', contract={'enforced': false}) }}

-- an opt-out that nobody has read yet is a person who is written to against their will
with

suppressing as (

    {{ suppressing_rows() }}

),

measured as (

    select
        suppressing.source,
        suppressing.object,
        freshness.last_loaded_at as last_read_at,
        case when suppressing.suppresses then freshness.intervals_behind else 0 end
            as intervals_behind

    from suppressing

    left join {{ ref('measure_freshness') }} as freshness
        on suppressing.source = freshness.source
        and suppressing.object = freshness.object

),

judged as (

    select
        *,
        {{ health_verdict('suppressions', 'intervals_behind') }} as verdict,
        {{ health_allowed('suppressions') }} as allowed

    from measured

)

select * from judged
