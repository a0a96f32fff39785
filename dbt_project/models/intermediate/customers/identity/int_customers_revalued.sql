-- everybody who has a value of which something may have changed: one that a changed record has, or
-- had
with

keyed as (

    select * from {{ ref('int_customers_keyed') }}

),

changed as (

    select * from {{ ref('int_customers_changed') }}

),

held_before as (

    {{ rows_before('int_customers_valued', ['record_key', 'match_rule', 'match_value']) }}

),

touched as (

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

),

revalued as (

    select
        keyed.*,
        count(*) over (partition by keyed.match_rule, keyed.match_value) as holders

    from keyed

    {% if not touches_all() %}
    inner join touched
        on keyed.match_rule = touched.match_rule
        and keyed.match_value = touched.match_value
    {% endif %}

)

select * from revalued
