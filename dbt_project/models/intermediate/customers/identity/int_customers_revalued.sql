-- everybody who has a value of which something may have changed: one that a changed record has, or
-- had; large tables are named where they are read, since a CTE that is read twice is copied whole
with

changed as (

    select * from {{ ref('int_customers_changed') }}

),

held_before as (

    {{ rows_before(
        'int_customers_valued',
        ['record_hash', 'value_hash'],
        {'record_hash': 'bigint', 'value_hash': 'bigint'},
    ) }}

),

touched as (

    select keyed.value_hash
    from {{ ref('int_customers_keyed') }} as keyed
    inner join changed
        on keyed.record_hash = changed.record_hash
    union
    select held_before.value_hash
    from held_before
    inner join changed
        on held_before.record_hash = changed.record_hash

),

revalued as (

    select
        keyed.*,
        count(*) over (partition by keyed.match_rule, keyed.match_value) as holders

    from {{ ref('int_customers_keyed') }} as keyed

    {% if not touches_all() %}
    inner join touched
        on keyed.value_hash = touched.value_hash
    {% endif %}

)

select * from revalued
