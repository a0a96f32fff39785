{{ config(materialized='view', contract={'enforced': false}) }}

-- an object is as bad as the field that moved most; which one it is, it says
with

shifts as (

    select
        *,
        blank_points is null as is_unknown
    from {{ ref('measure_field_shifts') }}

),

placed as (

    select
        *,
        row_number() over (
            partition by source, object
            order by
                is_unknown desc nulls last, blank_points desc nulls last, field asc nulls last
        ) as blank_place,
        row_number() over (
            partition by source, object
            order by
                is_unknown desc nulls last, value_distance desc nulls last, field asc nulls last
        ) as value_place

    from shifts

),

rounded as (

    select
        *,
        cast(cast(round(blank_percent) as bigint) as string) as blank,
        cast(cast(round(usual_blank_percent) as bigint) as string) as usual_blank,
        cast(cast(round(moved_percent) as bigint) as string) as moved,
        cast(cast(round(usual_moved_percent) as bigint) as string) as usual_moved

    from placed

),

worded as (

    select
        *,
        case
            when blank_points > 0
                then field || ' ' || blank || ' % blank, usually ' || usual_blank || ' %'
            else 'as usual'
        end as blank_shift,
        case
            when value_distance > 0
                then
                    field || ' ' || moved_value || ' ' || moved || ' %, usually ' || usual_moved
                    || ' %'
            else 'as usual'
        end as value_shift

    from rounded

),

-- what is not known of one field is not known of the object
measured as (

    select
        source,
        object,
        max(case when blank_place = 1 then blank_points end) as blank_points,
        max(case when blank_place = 1 then blank_shift end) as blank_shift,
        max(case when value_place = 1 then value_distance end) as value_distance,
        max(case when value_place = 1 then value_shift end) as value_shift

    from worded

    group by source, object

),

judged as (

    select
        *,
        {{ health_verdict('null_shift', 'blank_points') }} as verdict,
        {{ health_allowed('null_shift') }} as allowed,
        {{ health_verdict('value_shift', 'value_distance') }} as value_verdict,
        {{ health_allowed('value_shift') }} as value_allowed

    from measured

)

select * from judged
