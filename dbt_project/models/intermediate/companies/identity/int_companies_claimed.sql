-- the Salesforce accounts that HubSpot companies say they are
with

stated as (

    select
        {{ record_key('hubspot', 'companies', 'hubspot_company_id') }} as record_key,
        {{ claimed('Account', 'salesforce_account_id') }} as claimed_key

    from {{ ref('stg_hubspot__companies') }}

    where salesforce_account_id is not null

),

claimed as (

    {{ judged_claims('stated', ref('int_companies_unioned')) }}

)

select * from claimed
