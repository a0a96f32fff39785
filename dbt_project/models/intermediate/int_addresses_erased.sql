-- e-mail addresses that nobody may be mailed at, for they were those of people who were erased
with

addresses as (

    select * from {{ ref('stg_canon__erased_addresses') }}

)

select * from addresses
