{{ kept_by('left_hash', 'int_customers_relinked', named='record_hash') }}

-- every link that somebody or something suggests between two records, before they are looked at
-- together: candidates, and those that are blocked or refused on their own account
with

stated_links as {{ narrowed_first() }} (

    select
        stated.left_key,
        stated.right_key,
        stated.tier,
        stated.match_rule,
        stated.match_key,
        stated.holders,
        stated.status,
        stated.reason

    from {{ ref('int_customers_stated') }} as stated

    {{ only_touched('int_customers_relinked', {'record_hash': 'stated.left_hash'}) }}

),

valued as {{ narrowed_first() }} (

    select valued.*

    from {{ ref('int_customers_valued') }} as valued

    {{ only_touched('int_customers_relinked', {'record_hash': 'valued.record_hash'}) }}

),

-- a shared value links each record to the first one of the same person
value_links as (

    select
        record_key as left_key,
        first_key as right_key,
        tier,
        match_rule,
        canon_hash(match_value) as match_key,
        holders,
        status,
        reason

    from valued

    where status != 'candidate' or record_key != first_key

),

-- people on one value whose names contradict each other: each one's first record, for the audit
contradicted_links as (

    select
        first_key as left_key,
        first_of_all as right_key,
        tier,
        match_rule,
        canon_hash(match_value) as match_key,
        holders,
        'refused' as status,
        'the names contradict each other' as reason

    from valued

    where status = 'candidate' and record_key = first_key and first_key != first_of_all

),

unioned as (

    select * from stated_links
    union all
    select * from value_links
    union all
    select * from contradicted_links

),

proposed as (

    {{ numbered_links('unioned', ref('int_customers_unioned')) }}

)

select * from proposed
