with

salesforce as (

    select * from {{ ref('stg_salesforce__fields') }}

),

hubspot as (

    select * from {{ ref('stg_hubspot__fields') }}

),

product as (

    select * from {{ ref('stg_product__fields') }}

),

unioned as (

    select * from salesforce
    union all
    select * from hubspot
    union all
    select * from product

)

select * from unioned
