-- deals whose people or company became other ones, and those with a new role of a person; the
-- deal of a role never changes
with

roles as (

    select
        {{ record_key('salesforce', 'Opportunity', 'roles.salesforce_opportunity_id') }} as deal_key

    from {{ ref('stg_salesforce__opportunity_contact_roles') }} as roles

    inner join {{ ref('stg_salesforce__changed_records') }} as changed
        on roles.salesforce_opportunity_contact_role_id = changed.source_record_id
        and changed.object = 'OpportunityContactRole'

),

people as (

    select stated.deal_key

    from {{ ref('int_deals_peopled') }} as stated

    inner join {{ ref('int_customers_regathered') }} as moved
        on stated.person_key = moved.record_key

),

companies as (

    select stated.record_key as deal_key

    from {{ ref('int_deals_placed') }} as stated

    inner join {{ ref('int_companies_moved') }} as moved
        on stated.company_key = moved.record_key

),

connected as (

    select deal_key from roles
    union
    select deal_key from people
    union
    select deal_key from companies

),

reconnected as (

    select distinct crosswalk.deal_id

    from {{ ref('int_deals_identified') }} as crosswalk

    inner join connected
        on crosswalk.record_key = connected.deal_key

)

select * from reconnected
