{{ config(
    materialized='incremental', incremental_strategy='touched', on_schema_change='fail',
    touched='int_customers_revalued', touched_by=['match_rule', 'match_value'],
) }}

-- what each shared value says about each record that has it: the first record of the same person,
-- or why it says nothing
with

shared as (

    select shared.*

    from {{ ref('int_customers_shared') }} as shared

    {{ only_touched('int_customers_revalued', {
        'match_rule': 'shared.match_rule', 'match_value': 'shared.match_value',
    }) }}

),

judged as (

    select
        shared.record_key,
        shared.tier,
        shared.match_rule,
        shared.match_value,
        shared.holders,
        blocked.reason as block_reason,
        coalesce(named.is_ambiguous, false) as is_ambiguous,
        case
            when blocked.reason is null and not coalesce(named.is_ambiguous, false)
                then coalesce(named.contradicted_names, '')
        end as person

    from shared

    left join {{ ref('int_customers_blocked') }} as blocked
        on shared.match_rule = blocked.match_rule
        and shared.match_value = blocked.match_value

    left join {{ ref('int_customers_named') }} as named
        on shared.match_rule = named.match_rule
        and shared.match_value = named.match_value
        and shared.name_key = named.name_key

),

valued as (

    select
        record_key,
        tier,
        match_rule,
        match_value,
        holders,
        case
            when block_reason is not null then 'blocked'
            when is_ambiguous then 'refused'
            else 'candidate'
        end as status,
        case
            when block_reason is not null then block_reason
            when is_ambiguous then 'the name fits several people who share this value'
        end as reason,
        min(record_key) over (partition by match_rule, match_value, person) as first_key,
        min(case when person is not null then record_key end)
            over (partition by match_rule, match_value) as first_of_all

    from judged

)

select * from valued
