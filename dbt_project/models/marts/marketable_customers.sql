-- who may be mailed: explicit consent, a live record, and an address that nobody opted out or
-- bounced on any record, and that was nobody's who was erased
with

customers as (

    select * from {{ ref('customers') }}

),

suppressed as (

    select distinct email

    from {{ ref('int_customers_unioned') }}

    where email is not null and (email_opted_out or is_bounced)

),

bound as (

    select * from {{ ref('customer_suppressions') }}

),

erased as (

    select * from {{ ref('int_addresses_erased') }}

),

erasures as (

    select count(*) as addresses

    from erased

),

-- a hash of every address costs: only where anybody was erased
addressed as (

    select
        customers.*,
        case when erasures.addresses > 0 then canon_hash(customers.email) end as email_hash

    from customers

    cross join erasures

),

marketable as (

    select
        addressed.customer_id,
        addressed.email,
        addressed.first_name,
        addressed.last_name,
        addressed.company_id,
        addressed.email_opted_out_source as consent_source

    from addressed

    left join suppressed
        on addressed.email = suppressed.email

    left join bound
        on addressed.customer_id = bound.customer_id

    left join erased
        on addressed.email_hash = erased.email_hash

    where
        addressed.email is not null
        and addressed.email_opted_out = false
        and not addressed.is_deleted
        and suppressed.email is null
        and bound.customer_id is null
        and erased.email_hash is null

)

select * from marketable
