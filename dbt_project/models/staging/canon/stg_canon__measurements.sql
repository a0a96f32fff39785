-- what a number is compared with: its last 30 values of the last 30 days
with

source as (

    select * from {{ source('canon', 'measurements') }}

),

recent as (

    select
        *,
        row_number() over (
            partition by measure, metric, source, object, part
            order by measured_at desc nulls last
        ) as place

    from source

    where {{ age('measured_at', 86400000) }} <= 30

),

kept as (

    select
        measure,
        metric,
        source,
        object,
        part,
        value,
        place,
        measured_at

    from recent

    where place <= 30

)

select * from kept
