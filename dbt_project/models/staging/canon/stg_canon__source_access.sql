with

source as (

    select * from {{ source('canon', 'source_access') }}

),

renamed as (

    select
        sync_id,
        source,
        outcome,
        asked_at

    from source

)

select * from renamed
