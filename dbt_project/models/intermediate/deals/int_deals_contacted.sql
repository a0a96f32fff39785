{%- do kept_by('deal_id', 'int_deals_reopened') -%}
-- the people of a deal
with

deals as {{ narrowed_first() }} (

    select
        crosswalk.record_key,
        crosswalk.deal_id

    from {{ ref('int_deals_identified') }} as crosswalk

    {{ only_touched('int_deals_reopened', {'deal_id': 'crosswalk.deal_id'}) }}

),

people as (

    select
        record_key,
        customer_id

    from {{ ref('int_customers_identified') }}

),

contacted as (

    select
        deals.deal_id,
        people.customer_id,
        max(stated.role) as role,
        max_by(stated.source, stated.strength) as source,
        max(stated.strength) as strength,
        bool_or(stated.strength = 1) as is_associated

    from {{ ref('int_deals_peopled') }} as stated

    inner join deals
        on stated.deal_key = deals.record_key

    inner join people
        on stated.person_key = people.record_key

    group by deals.deal_id, people.customer_id

)

select * from contacted
