{%- do of_this_build('int_customers_reopened') -%}
-- the companies of a customer, and which one is primary: Salesforce's account first, then HubSpot's
-- primary company
with

crosswalk as {{ narrowed_first() }} (

    select crosswalk.*

    from {{ ref('int_customers_identified') }} as crosswalk

    {{ only_touched('int_customers_reopened', {'customer_id': 'crosswalk.customer_id'}) }}

),

people as (

    select
        crosswalk.customer_id,
        records.record_key,
        records.source_record_id,
        records.is_deleted

    from {{ ref('int_customers_unioned') }} as records

    inner join crosswalk
        on records.record_key = crosswalk.record_key

    where not records.is_merged

),

companies as (

    select
        record_key,
        company_id

    from {{ ref('int_companies_identified') }}

),

stated as (

    select * from {{ ref('int_customers_employed') }}

),

affiliated as (

    select
        people.customer_id,
        companies.company_id,
        max_by(stated.source, stated.strength) as source,
        max(stated.strength) as strength,
        bool_and(people.is_deleted) as is_former

    from stated

    inner join people
        on stated.record_key = people.record_key

    inner join companies
        on stated.company_key = companies.record_key

    group by people.customer_id, companies.company_id

),

ordered as (

    select
        customer_id,
        company_id,
        source,
        strength,
        row_number() over (
            partition by customer_id
            order by is_former asc nulls last, strength desc nulls last, company_id asc nulls last
        ) as place

    from affiliated

),

flagged as (

    select
        customer_id,
        company_id,
        source,
        place = 1 and strength > 0 as is_primary

    from ordered

)

select * from flagged
