with

hubspot_deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

merge_links as (

    {{ merge_links(ref('int_deals_merged')) }}

),

-- one opportunity belongs to one deal: an id that two live deals claim links neither
claims as (

    select
        hubspot_deals.hubspot_deal_id,
        opportunities.salesforce_opportunity_id,
        count(*) over (partition by opportunities.salesforce_opportunity_id) as claims

    from hubspot_deals

    inner join opportunities
        on opportunities.salesforce_opportunity_id
        = {{ salesforce_id('hubspot_deals.salesforce_opportunity_id') }}

),

crm_links as (

    select
        {{ record_key('hubspot', 'deals', 'hubspot_deal_id') }} as left_key,
        {{ record_key('salesforce', 'Opportunity', 'salesforce_opportunity_id') }} as right_key,
        2 as tier,
        'crm_link' as match_rule,
        cast(null as string) as match_key,
        case when claims = 1 then 'accepted' else 'refused' end as status,
        case when claims > 1 then 'several deals claim this opportunity' end as reason

    from claims

),

unioned as (

    select * from merge_links
    union all
    select * from crm_links

)

select * from unioned
