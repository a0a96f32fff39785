{{ config(materialized='view') }}

with

customers as (

    {{ stated_values('customer', ref('int_customers_unioned')) }}

),

companies as (

    {{ stated_values('company', ref('int_companies_unioned')) }}

),

deals as (

    {{ stated_values('deal', ref('int_deals_unioned')) }}

),

unioned as (

    select * from customers
    union all
    select * from companies
    union all
    select * from deals

)

select * from unioned
