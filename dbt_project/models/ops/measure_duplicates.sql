{{ config(materialized='view', contract={'enforced': false}) }}

-- every system has duplicates; what counts is that there are more than there used to be
with

counted as (

    select
        *,
        case
            when duplicates < {{ health_number('duplicates', 'rows') }} then 0
            else cast(duplicates * 100.0 / nullif(records, 0) as double)
        end as duplicate_percent

    from {{ ref('measure_shared_values') }}

),

usual as (

    select
        source,
        part as kind,
        median(value) as percent

    from {{ ref('stg_canon__measurements') }}

    where measure = 'measure_duplicates' and metric = 'duplicate_percent'

    group by source, part

),

measured as (

    select
        counted.source,
        counted.kind,
        counted.records,
        counted.duplicates,
        counted.duplicate_percent,
        usual.percent as usual_percent,
        greatest(
            counted.duplicate_percent - coalesce(usual.percent, counted.duplicate_percent), 0
        ) as more_percent

    from counted

    left join usual
        on counted.source = usual.source
        and counted.kind = usual.kind

),

judged as (

    select
        *,
        {{ health_verdict('duplicates', 'more_percent', by=['source']) }} as verdict,
        {{ health_allowed('duplicates', by=['source']) }} as allowed

    from measured

)

select * from judged
