-- records that were one customer once and are of two today: both ways
with

members as (

    select * from {{ ref('customer_members_snapshot') }}

),

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

-- records that left a customer
left_ones as (

    select * from members

    where dbt_valid_to is not null

),

met as (

    select
        left_ones.record_key,
        stayed.record_key as other_key,
        least(
            left_ones.dbt_valid_to, coalesce(stayed.dbt_valid_to, left_ones.dbt_valid_to)
        ) as parted_at

    from left_ones

    inner join members as stayed
        on left_ones.customer_id = stayed.customer_id
        and left_ones.dbt_valid_from < coalesce(stayed.dbt_valid_to, left_ones.dbt_valid_to)
        and left_ones.dbt_valid_to > stayed.dbt_valid_from

),

both_ways as (

    select * from met
    union all
    select
        other_key as record_key,
        record_key as other_key,
        parted_at
    from met

),

parted as (

    select
        one.customer_id,
        both_ways.record_key,
        other.customer_id as other_customer_id,
        both_ways.other_key,
        max(both_ways.parted_at) as parted_at

    from both_ways

    inner join crosswalk as one
        on both_ways.record_key = one.record_key

    inner join crosswalk as other
        on both_ways.other_key = other.record_key
        and one.customer_id != other.customer_id

    group by
        one.customer_id, both_ways.record_key, other.customer_id, both_ways.other_key

)

select * from parted
