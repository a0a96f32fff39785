{{ config(materialized='view') }}

-- the Salesforce records that HubSpot contacts say they are
with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

stated as (

    select
        {{ record_key('hubspot', 'contacts', 'hubspot_contact_id') }} as record_key,
        {{ claimed('Contact', 'salesforce_contact_id') }} as claimed_key
    from contacts
    where salesforce_contact_id is not null
    union all
    select
        {{ record_key('hubspot', 'contacts', 'hubspot_contact_id') }} as record_key,
        {{ claimed('Lead', 'salesforce_lead_id') }} as claimed_key
    from contacts
    where salesforce_lead_id is not null

),

claimed as (

    {{ judged_claims('stated', ref('int_customers_unioned')) }}

)

select * from claimed
