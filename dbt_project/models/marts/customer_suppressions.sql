-- whom an opt-out still binds after its record has left: customers with a record that was once
-- the same customer as a record which says opted out today
with

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

opted_out as (

    select record_key

    from {{ ref('int_customers_unioned') }}

    where email_opted_out

),

memberships as (

    select distinct
        customer_id,
        dbt_valid_from,
        {{ split_rows('members', ' ') }} as record_key

    from {{ ref('customers_snapshot') }}

),

bound_versions as (

    select distinct
        memberships.customer_id,
        memberships.dbt_valid_from

    from memberships

    inner join opted_out
        on memberships.record_key = opted_out.record_key

),

bound_records as (

    select record_key from opted_out
    union
    select memberships.record_key
    from memberships
    inner join bound_versions
        on memberships.customer_id = bound_versions.customer_id
        and memberships.dbt_valid_from = bound_versions.dbt_valid_from
    union
    select parted.other_key as record_key
    from {{ ref('int_customers_parted') }} as parted
    inner join opted_out
        on parted.record_key = opted_out.record_key

),

bound as (

    select distinct crosswalk.customer_id

    from bound_records

    inner join crosswalk
        on bound_records.record_key = crosswalk.record_key

)

select * from bound
