-- groups of records that the candidates put together although they cannot all be one company
with

members as (

    select
        reached.group_key,
        records.record_key,
        records.source,
        records.is_deleted

    from {{ ref('int_companies_reached') }} as reached

    inner join {{ ref('int_companies_unioned') }} as records
        on reached.record_key = records.record_key

),

by_system as (

    select
        group_key,
        source

    from members

    where not is_deleted

    group by group_key, source
    having count(*) > 1

),

crowded as (

    select distinct
        group_key,
        'two live records of one system' as reason

    from by_system

),

parted as (

    {{ parted_groups('members', ref('int_companies_settled')) }}

),

suspected as (

    select * from crowded
    union
    select * from parted

)

select * from suspected
