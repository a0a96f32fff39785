-- what the last published copy had
with

source as (

    select * from {{ source('canon', 'publications') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by source, object order by published_at desc nulls last
        ) as place

    from source

),

latest as (

    select
        source,
        object,
        live,
        published_at

    from ordered

    where place = 1

)

select * from latest
