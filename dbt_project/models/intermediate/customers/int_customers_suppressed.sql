{{ config(materialized='table', touched='int_customers_reopened') }}

-- who may not be mailed whatever their own row says: somebody opted out or bounced at their address
-- on any record, somebody with it was erased, or an opt-out binds them. What a record says of an
-- address holds for all who share it: so everybody is compared with the last build
with

customers as (

    select * from {{ ref('customers') }}

),

refused as (

    select distinct email

    from {{ ref('int_customers_unioned') }}

    where email is not null and (email_opted_out or is_bounced)

),

suppressed as (

    select customers.customer_id
    from customers
    inner join refused
        on customers.email = refused.email
    union
    select customer_id from {{ ref('customer_suppressions') }}
    union
    select customers.customer_id
    from customers
    inner join {{ ref('int_addresses_erased') }} as erased
        on canon_hash(customers.email) = erased.email_hash

),

known_before as (

    {{ rows_before(
        'int_customers_suppressed',
        ['customer_id', 'is_suppressed'],
        {'is_suppressed': 'boolean'},
    ) }}

),

suppressed_before as (

    select * from known_before

    where is_suppressed {{ 'and false' if builds_whole() }}

),

reopened as (

    select * from {{ ref('int_customers_reopened') }}

),

asked as (

    select customer_id from suppressed
    union
    select customer_id from suppressed_before
    union
    select customer_id from reopened

),

judged as (

    select
        asked.customer_id,
        suppressed.customer_id is not null as is_suppressed,
        reopened.customer_id is not null
        or (suppressed.customer_id is null) != (suppressed_before.customer_id is null) as is_touched

    from asked

    left join suppressed
        on asked.customer_id = suppressed.customer_id

    left join suppressed_before
        on asked.customer_id = suppressed_before.customer_id

    left join reopened
        on asked.customer_id = reopened.customer_id

)

select * from judged
