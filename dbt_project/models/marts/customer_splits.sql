-- people who were one customer once and are several today
with

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

pairs as (

    select
        customer_id,
        other_customer_id,
        min(record_key) as left_key,
        min(other_key) as right_key,
        max(parted_at) as split_at

    from {{ ref('int_customers_parted') }}

    where customer_id < other_customer_id

    group by customer_id, other_customer_id

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
