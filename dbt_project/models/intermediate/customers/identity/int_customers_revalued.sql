-- shared values about which something may have changed: those of changed records, now and before
with

keyed as (

    select * from {{ ref('int_customers_keyed') }}

),

changed as (

    select * from {{ ref('int_customers_changed') }}

),

held_before as (

    {{ rows_before('int_customers_shared', ['record_key', 'match_rule', 'match_value']) }}

),

revalued as (

    select
        keyed.match_rule,
        keyed.match_value
    from keyed
    inner join changed
        on keyed.record_key = changed.record_key
    union
    select
        held_before.match_rule,
        held_before.match_value
    from held_before
    inner join changed
        on held_before.record_key = changed.record_key

)

select * from revalued
