-- records that may have come to another customer: those whose links may have changed, whom these
-- links name, and all that were put together with one of them before
with

relinked as (

    select * from {{ ref('int_customers_relinked') }}

),

named as (

    select record_key from relinked
    union
    select proposed.right_key as record_key
    from {{ ref('int_customers_proposed') }} as proposed
    inner join relinked
        on proposed.left_key = relinked.record_key

),

reached_before as (

    {{ rows_before('int_customers_reached', ['record_key', 'group_key']) }}

),

groups_before as (

    select distinct reached_before.group_key

    from reached_before

    inner join named
        on reached_before.record_key = named.record_key

),

regathered as (

    select record_key from named
    union
    select reached_before.record_key
    from reached_before
    inner join groups_before
        on reached_before.group_key = groups_before.group_key

)

select * from regathered
