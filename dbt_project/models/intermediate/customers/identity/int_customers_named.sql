{{ kept_by('value_hash', 'int_customers_revalued') }}

-- every distinct name that goes by a shared value, and the other names on it which contradict it
with

pairs as {{ narrowed_first() }} (

    select pairs.*

    from {{ ref('int_customers_compared') }} as pairs

    {{ only_touched('int_customers_revalued', {'value_hash': 'pairs.value_hash'}) }}

),

contradicted as (

    select
        match_rule,
        match_value,
        value_hash,
        name_key,
        coalesce({{ joined_text('other_key', '|', 'contradicts') }}, '') as contradicted_names

    from pairs

    group by match_rule, match_value, value_hash, name_key

),

-- a name that agrees with two names which contradict each other is nobody's; the others that
-- contradict the same names are one person
ambiguous as (

    select distinct
        one.match_rule,
        one.match_value,
        one.name_key

    from pairs as one

    inner join pairs as other
        on one.match_rule = other.match_rule
        and one.match_value = other.match_value
        and one.name_key = other.name_key

    inner join pairs as between_them
        on one.match_rule = between_them.match_rule
        and one.match_value = between_them.match_value
        and one.other_key = between_them.name_key
        and other.other_key = between_them.other_key

    where not one.contradicts and not other.contradicts and between_them.contradicts

),

named as (

    select
        contradicted.*,
        ambiguous.name_key is not null as is_ambiguous

    from contradicted

    left join ambiguous
        on contradicted.match_rule = ambiguous.match_rule
        and contradicted.match_value = ambiguous.match_value
        and contradicted.name_key = ambiguous.name_key

)

select * from named
