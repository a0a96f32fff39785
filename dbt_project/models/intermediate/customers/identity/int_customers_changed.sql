-- records that identity must look at again: new, gone, or not what they were when it last ended;
-- after a build that did not end all of them
with

marks as (

    select
        record_hash,
        mark

    from {{ ref('int_customers_fingerprinted') }}

),

marks_before as (

    {{ rows_before(
        'int_customers_traced',
        ['record_hash', 'mark'],
        {'record_hash': 'bigint', 'mark': 'bigint'},
    ) }}

),

versions_before as (

    {{ rows_before('int_customers_traced', ['version']) }}

),

keys_before as (

    {{ rows_before(
        'int_customers_traced',
        ['record_key', 'record_hash'],
        {'record_hash': 'bigint'},
    ) }}

),

-- of a build under another policy or other models, or one that did not end, nothing is relied on
relied_on as (

    select count(*) = 0 as is_all

    from versions_before

    where version = '{{ identity_version() }}' and not {{ was_left_open('int_customers_changed') }}

),

unlike as (

    select distinct
        coalesce(marks.record_hash, marks_before.record_hash) as record_hash,
        relied_on.is_all

    from marks

    full outer join marks_before
        on marks.mark = marks_before.mark

    cross join relied_on

    where marks.mark is null or marks_before.mark is null or relied_on.is_all

),

known as (

    select
        record_key,
        record_hash
    from {{ ref('int_customers_fingerprinted') }}
    union all
    select
        record_key,
        record_hash
    from keys_before

),

changed as (

    select distinct
        known.record_key,
        unlike.record_hash,
        unlike.is_all

    from known

    inner join unlike
        on known.record_hash = unlike.record_hash

)

select * from changed
