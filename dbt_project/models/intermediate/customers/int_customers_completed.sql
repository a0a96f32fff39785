with

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

primary_companies as (

    select
        customer_id,
        company_id

    from {{ ref('int_customers_affiliated') }}

    where is_primary

),

completed as (

    select
        customers.*,
        primary_companies.company_id

    from customers

    left join primary_companies
        on customers.customer_id = primary_companies.customer_id

)

select * from completed
