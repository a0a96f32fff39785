{{ config(materialized='view', contract={'enforced': false}) }}

-- what the last sweep of an object found to be different before it repaired it
with

objects as (

    select distinct
        source,
        object

    from {{ ref('sync_extracts') }}

    where lower(object) not like '%history'

),

ordered as (

    select
        *,
        row_number() over (
            partition by source, object order by counted_at desc nulls last
        ) as place

    from {{ ref('record_counts') }}

),

-- without a sweep nothing is known to differ; of a handful of records the share says nothing
measured as (

    select
        objects.source,
        objects.object,
        ordered.counted_at,
        ordered.source_count,
        ordered.copy_count,
        ordered.drift,
        cast(ordered.drift as string) || ' of ' || cast(ordered.source_count as string)
        || ' records' as difference,
        case
            when ordered.source is null then 0
            when ordered.drift < {{ health_number('drift', 'rows') }} then 0
            when ordered.source_count = 0 then 100
            else cast(ordered.drift * 100.0 / nullif(ordered.source_count, 0) as double)
        end as drift_percent

    from objects

    left join ordered
        on objects.source = ordered.source
        and objects.object = ordered.object
        and ordered.place = 1

),

judged as (

    select
        *,
        {{ health_verdict('drift', 'drift_percent') }} as verdict,
        {{ health_allowed('drift') }} as allowed

    from measured

)

select * from judged
