with

salesforce as (

    select * from {{ ref('stg_salesforce__fields') }}

),

hubspot as (

    select * from {{ ref('stg_hubspot__fields') }}

),

unioned as (

    select * from salesforce
    union all
    select * from hubspot

)

select * from unioned
