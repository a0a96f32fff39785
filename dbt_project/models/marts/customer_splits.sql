-- people who were one customer in an earlier version and are several today
with

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

memberships as (

    select distinct
        customer_id as old_customer_id,
        dbt_valid_from,
        dbt_valid_to,
        {{ split_rows('members', ' ') }} as record_key

    from {{ ref('customers_snapshot') }}

    where dbt_valid_to is not null

),

-- the parts of a version, each by its first record
parts as (

    select
        memberships.old_customer_id,
        memberships.dbt_valid_from,
        max(memberships.dbt_valid_to) as split_at,
        crosswalk.customer_id,
        min(memberships.record_key) as record_key

    from memberships

    inner join crosswalk
        on memberships.record_key = crosswalk.record_key

    group by memberships.old_customer_id, memberships.dbt_valid_from, crosswalk.customer_id

),

pairs as (

    select
        one.customer_id,
        other.customer_id as other_customer_id,
        min(one.record_key) as left_key,
        min(other.record_key) as right_key,
        max(one.split_at) as split_at

    from parts as one

    inner join parts as other
        on one.old_customer_id = other.old_customer_id
        and one.dbt_valid_from = other.dbt_valid_from
        and one.record_key < other.record_key

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
