-- records that go on with the customer id of an older one, which was erased: the first id counts
with

source as (

    select * from {{ source('canon', 'kept_ids') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by record_key
            order by kept_at nulls last, customer_id nulls last
        ) as place

    from source

),

kept as (

    select
        record_key,
        customer_id as kept_id

    from ordered

    where place = 1

)

select * from kept
