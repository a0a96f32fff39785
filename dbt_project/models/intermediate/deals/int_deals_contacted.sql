-- the people of a deal: Salesforce's contact roles, HubSpot's associations
with

deals as (

    select
        record_key,
        deal_id

    from {{ ref('int_deals_identified') }}

),

people as (

    select
        record_key,
        customer_id

    from {{ ref('int_customers_identified') }}

),

stated as (

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

),

contacted as (

    select
        deals.deal_id,
        people.customer_id,
        max(stated.role) as role,
        max_by(stated.source, stated.strength) as source,
        max(stated.strength) as strength,
        bool_or(stated.strength = 1) as is_associated

    from stated

    inner join deals
        on stated.deal_key = deals.record_key

    inner join people
        on stated.person_key = people.record_key

    group by deals.deal_id, people.customer_id

)

select * from contacted
