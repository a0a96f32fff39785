with

source as (

    select * from {{ source('canon', 'credentials') }}

),

-- the fingerprint ends here: readers need to know no secret again
renamed as (

    select
        source,
        fingerprint != 'none' as is_secret,
        first_used_at,
        last_used_at

    from source

)

select * from renamed
