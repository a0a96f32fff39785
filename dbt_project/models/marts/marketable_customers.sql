{{ kept_by('customer_id', 'int_customers_suppressed', where='touched.is_touched') }}

-- who may be mailed: a live record says that they did not opt out, and nothing speaks against the
-- address
with

customers as (

    select customers.*

    from {{ ref('customers') }} as customers

    {{ only_touched(
        'int_customers_suppressed', {'customer_id': 'customers.customer_id'}, where='touched.is_touched'
    ) }}

),

suppressed as (

    select * from {{ ref('int_customers_suppressed') }}

    where is_suppressed

),

marketable as (

    select
        customers.customer_id,
        customers.email,
        customers.first_name,
        customers.last_name,
        customers.company_id,
        customers.email_opted_out_source as consent_source

    from customers

    left join suppressed
        on customers.customer_id = suppressed.customer_id

    where
        customers.email is not null
        and customers.email_opted_out = false
        and not customers.is_deleted
        and suppressed.customer_id is null

)

select * from marketable
