{{ kept_by(['source', 'object', 'source_record_id'], 'int_customers_regathered') }}

-- every link between two source records of people, counted or not, with the reason
with

links as (

    select links.*

    from {{ ref('int_customers_linked') }} as links

    {{ only_touched(
        'int_customers_regathered', {'record_hash': 'links.left_hash', 'record_key': 'links.left_key'}
    ) }}

),

published as (

    select
        {{ record_key_parts('left_key') }},
        {{ record_key_parts('right_key', 'other_') }},
        tier,
        match_rule,
        match_key,
        status,
        reason

    from links

)

select * from published
