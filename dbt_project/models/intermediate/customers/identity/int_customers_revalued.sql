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

-- a value that nobody holds any more has a row without a record: what was made of it goes
revalued as (

    select
        keyed.record_key,
        keyed.record_hash,
        keyed.tier,
        keyed.match_rule,
        keyed.match_value,
        {{ 'keyed' if touches_all() else 'touched' }}.value_hash,
        keyed.block_reason,
        keyed.source,
        keyed.is_live,
        keyed.first_name,
        keyed.last_name,
        keyed.name_key,
        count(keyed.record_key)
            over (partition by keyed.match_rule, keyed.match_value)
            as holders

    {% if touches_all() %}
    from {{ ref('int_customers_keyed') }} as keyed
    {% else %}
    from touched

    left join {{ ref('int_customers_keyed') }} as keyed
        on touched.value_hash = keyed.value_hash
    {% endif %}

)

select * from revalued
