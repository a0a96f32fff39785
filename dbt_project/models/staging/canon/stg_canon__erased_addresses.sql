-- e-mail addresses of people who were erased, as hashes
with

source as (

    select * from {{ source('canon', 'tombstones') }}

),

addresses as (

    select distinct hash as email_hash

    from source

    where kind = 'email'

)

select * from addresses
