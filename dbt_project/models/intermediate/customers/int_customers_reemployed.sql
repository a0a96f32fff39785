-- people whose company became another one
with

moved as (

    select * from {{ ref('int_companies_moved') }}

),

crosswalk as (

    select
        record_hash,
        customer_id

    from {{ ref('int_customers_identified') }}

),

reemployed as (

    select distinct crosswalk.customer_id

    from {{ ref('int_customers_employed') }} as employed

    inner join moved
        on employed.company_key = moved.record_key

    inner join crosswalk
        on employed.record_hash = crosswalk.record_hash

)

select * from reemployed
