-- records that may have come to another customer: those whose links may have changed, whom these
-- links name, and all that were put together with one of them before
with

relinked as (

    select * from {{ ref('int_customers_relinked') }}

),

named as (

    select
        record_key,
        record_hash
    from relinked
    union
    select
        proposed.right_key as record_key,
        {{ key_hash('proposed.right_key') }} as record_hash
    from {{ ref('int_customers_proposed') }} as proposed
    inner join relinked
        on proposed.left_hash = relinked.record_hash

),

memberships_before as (

    {{ rows_before(
        'int_customers_reached',
        ['record_hash', 'group_hash'],
        {'record_hash': 'bigint', 'group_hash': 'bigint'},
    ) }}

),

reached_before as (

    {{ rows_before(
        'int_customers_reached',
        ['record_key', 'record_hash', 'group_hash'],
        {'record_hash': 'bigint', 'group_hash': 'bigint'},
    ) }}

),

groups_before as (

    select distinct memberships_before.group_hash

    from memberships_before

    inner join named
        on memberships_before.record_hash = named.record_hash

),

keys as (

    select
        record_key,
        record_hash
    from named
    union
    select
        reached_before.record_key,
        reached_before.record_hash
    from reached_before
    inner join groups_before
        on reached_before.group_hash = groups_before.group_hash

),

regathered as (

    select
        *,
        {{ record_key_parts('record_key') }}

    from keys

)

select * from regathered
