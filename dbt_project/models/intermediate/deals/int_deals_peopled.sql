{{ config(materialized='view') }}

-- the people whom the systems give each deal: Salesforce's contact roles, HubSpot's associations;
-- the strongest statement with the highest number
with

peopled as (

    select
        {{ record_key('salesforce', 'Opportunity', 'salesforce_opportunity_id') }} as deal_key,
        {{ record_key('salesforce', 'Contact', 'salesforce_contact_id') }} as person_key,
        role,
        'salesforce' as source,
        case when is_primary_text = 'true' then 3 else 2 end as strength
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted
    union all
    select
        {{ record_key('hubspot', 'deals', 'hubspot_deal_id') }} as deal_key,
        {{ record_key('hubspot', 'contacts', 'hubspot_contact_id') }} as person_key,
        cast(null as string) as role,
        'hubspot' as source,
        1 as strength
    from {{ ref('stg_hubspot__deals_contacts') }}

)

select * from peopled
