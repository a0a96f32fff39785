{{ config(materialized='view', touched='int_records_restated') }}

with

restated_customers as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_customers_unioned') }} as records

    {{ only_touched('int_records_restated', {'record_hash': 'records.record_hash'}) }}

),

customers as (

    {{ stated_values('customer', 'restated_customers') }}

),

restated_companies as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_companies_unioned') }} as records

    {{ only_touched('int_records_restated', {'record_hash': 'records.record_hash'}) }}

),

companies as (

    {{ stated_values('company', 'restated_companies') }}

),

restated_deals as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_deals_unioned') }} as records

    {{ only_touched('int_records_restated', {'record_hash': 'records.record_hash'}) }}

),

deals as (

    {{ stated_values('deal', 'restated_deals') }}

),

unioned as (

    select * from customers
    union all
    select * from companies
    union all
    select * from deals

)

select * from unioned
