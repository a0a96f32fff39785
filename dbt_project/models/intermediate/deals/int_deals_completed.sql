-- a deal's company (Salesforce's account first, then HubSpot's primary company) and its primary
-- person (Salesforce's primary contact role; else the only person that either system names)
with

deals as (

    select * from {{ ref('int_deals_resolved') }}

),

crosswalk as (

    select * from {{ ref('int_deals_identified') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

deal_companies as (

    select
        crosswalk.deal_id,
        max_by(companies.company_id, stated_companies.strength) as company_id

    from {{ ref('int_deals_placed') }} as stated_companies

    inner join crosswalk
        on stated_companies.record_key = crosswalk.record_key

    inner join companies
        on stated_companies.company_key = companies.record_key

    group by crosswalk.deal_id

),

deal_people as (

    select
        deal_id,
        case
            when max(strength) = 3 then max(case when strength = 3 then customer_id end)
            when count(*) = 1 then max(customer_id)
        end as primary_customer_id

    from {{ ref('int_deals_contacted') }}

    group by deal_id

),

completed as (

    select
        deals.*,
        deal_companies.company_id,
        deal_people.primary_customer_id

    from deals

    left join deal_companies
        on deals.deal_id = deal_companies.deal_id

    left join deal_people
        on deals.deal_id = deal_people.deal_id

)

select * from completed
