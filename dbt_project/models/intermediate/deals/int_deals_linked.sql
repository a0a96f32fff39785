-- one opportunity is one deal; nothing but the CRMs' own word links deals
with

stated as (

    select
        {{ record_key('hubspot', 'deals', 'hubspot_deal_id') }} as record_key,
        {{ claimed('Opportunity', 'salesforce_opportunity_id') }} as claimed_key

    from {{ ref('stg_hubspot__deals') }}

    where salesforce_opportunity_id is not null

),

claims as (

    {{ judged_claims('stated', ref('int_deals_unioned')) }}

),

merge_links as (

    {{ merge_links(ref('int_deals_merged')) }}

),

crm_links as (

    {{ crm_links('claims') }}

),

unioned as (

    select * from merge_links
    union all
    select * from crm_links

),

proposed as (

    {{ numbered_links('unioned', ref('int_deals_unioned')) }}

),

linked as (

    select
        left_key,
        right_key,
        tier,
        match_rule,
        match_key,
        case when status = 'candidate' then 'accepted' else status end as status,
        reason

    from proposed

)

select * from linked
