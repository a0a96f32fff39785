-- people who were one customer once and are several today
with

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

members as (

    select * from {{ ref('customer_members_snapshot') }}

),

-- records that left a customer
left_ones as (

    select * from members

    where dbt_valid_to is not null

),

parted as (

    select
        left_ones.record_key,
        stayed.record_key as other_key,
        least(
            left_ones.dbt_valid_to, coalesce(stayed.dbt_valid_to, left_ones.dbt_valid_to)
        ) as split_at

    from left_ones

    inner join members as stayed
        on {{ met('left_ones', 'stayed') }}

),

both_ways as (

    select * from parted
    union all
    select
        other_key as record_key,
        record_key as other_key,
        split_at
    from parted

),

pairs as (

    select
        one.customer_id,
        other.customer_id as other_customer_id,
        min(both_ways.record_key) as left_key,
        min(both_ways.other_key) as right_key,
        max(both_ways.split_at) as split_at

    from both_ways

    inner join crosswalk as one
        on both_ways.record_key = one.record_key

    inner join crosswalk as other
        on both_ways.other_key = other.record_key
        and one.customer_id < other.customer_id

    group by one.customer_id, other.customer_id

),

splits as (

    select
        pairs.customer_id,
        pairs.other_customer_id,
        pairs.left_key,
        pairs.right_key,
        pairs.split_at,
        bool_or(settled.kind is not null) as is_settled

    from pairs

    inner join crosswalk as left_members
        on pairs.customer_id = left_members.customer_id

    inner join crosswalk as right_members
        on pairs.other_customer_id = right_members.customer_id

    left join {{ ref('int_customers_settled') }} as settled
        on left_members.record_key = settled.left_key
        and right_members.record_key = settled.right_key

    group by
        pairs.customer_id,
        pairs.other_customer_id,
        pairs.left_key,
        pairs.right_key,
        pairs.split_at

)

select * from splits
