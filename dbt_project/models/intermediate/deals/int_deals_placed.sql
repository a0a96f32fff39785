{{ config(materialized='view') }}

-- the companies that the systems give each deal, Salesforce's account first
with

placed as (

    select
        {{ record_key('salesforce', 'Opportunity', 'salesforce_opportunity_id') }} as record_key,
        {{ record_key('salesforce', 'Account', 'account_id') }} as company_key,
        2 as strength
    from {{ ref('stg_salesforce__opportunities') }}
    where account_id is not null
    union all
    select
        {{ record_key('hubspot', 'deals', 'hubspot_deal_id') }} as record_key,
        {{ record_key('hubspot', 'companies', 'hubspot_company_id') }} as company_key,
        1 as strength
    from {{ ref('stg_hubspot__deals_companies') }}
    where is_primary

)

select * from placed
