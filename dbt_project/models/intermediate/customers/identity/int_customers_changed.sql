-- records that identity must look at again: new, gone, or not what they were when it last ended;
-- after a build that did not end all of them
with

marks as (

    select * from {{ ref('int_customers_fingerprinted') }}

),

marks_before as (

    {{ rows_before(
        'int_customers_traced',
        ['record_key', 'mark', 'version'],
        {'mark': 'bigint'},
    ) }}

),

-- of a build under another policy or other models, or one that did not end, nothing is relied on
relied_on as (

    select count(*) = 0 as is_all

    from marks_before

    where version = '{{ identity_version() }}' and not {{ was_left_open('int_customers_changed') }}

),

changed as (

    select distinct
        coalesce(marks.record_key, marks_before.record_key) as record_key,
        relied_on.is_all

    from marks

    full outer join marks_before
        on marks.mark = marks_before.mark

    cross join relied_on

    where marks.mark is null or marks_before.mark is null or relied_on.is_all

)

select * from changed
