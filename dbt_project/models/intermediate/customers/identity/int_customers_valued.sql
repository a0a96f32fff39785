{{ kept_by('value_hash', 'int_customers_revalued') }}

-- what each shared value says about each record that has it: the first record of the same person,
-- or why it says nothing
with

shared as (

    select * from {{ ref('int_customers_revalued') }}

    where holders > 1

),

judged as (

    select
        shared.record_key,
        shared.record_hash,
        shared.value_hash,
        shared.tier,
        shared.match_rule,
        shared.match_value,
        shared.holders,
        blocked.reason as block_reason,
        coalesce(named.is_ambiguous, false) as is_ambiguous,
        case
            when blocked.reason is not null then null
            when not coalesce(named.is_ambiguous, false) then coalesce(named.contradicted_names, '')
            -- whoever it is, the very same whole name on the same value is the same
            when length(shared.first_name) > 1 and shared.last_name is not null
                then '=' || shared.name_key
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

grouped as (

    select
        *,
        min(record_key) over (partition by match_rule, match_value, person) as first_key,
        min(case when block_reason is null and not is_ambiguous then record_key end)
            over (partition by match_rule, match_value) as first_of_all

    from judged

),

valued as (

    select
        record_key,
        record_hash,
        value_hash,
        tier,
        match_rule,
        match_value,
        holders,
        case
            when block_reason is not null then 'blocked'
            when is_ambiguous and (person is null or record_key = first_key) then 'refused'
            else 'candidate'
        end as status,
        case
            when block_reason is not null then block_reason
            when is_ambiguous and (person is null or record_key = first_key)
                then 'the name fits several people who share this value'
        end as reason,
        first_key,
        first_of_all

    from grouped

)

select * from valued
