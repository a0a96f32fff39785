-- records from which a link may have come or gone: changed ones, those that have a value of which
-- something changed, and those that are said to be a changed one
with

changed as (

    select * from {{ ref('int_customers_changed') }}

),

relinked as (

    select
        record_key,
        record_hash
    from changed
    union
    select
        record_key,
        record_hash
    from {{ ref('int_customers_revalued') }}
    where record_key is not null
    union
    select
        stated.left_key as record_key,
        stated.left_hash as record_hash
    from {{ ref('int_customers_stated') }} as stated
    inner join changed
        on stated.right_key = changed.record_key

)

select * from relinked
