-- what each shared value says about each record that has it: the first record of the same person,
-- or why it says nothing
with

keyed as (

    select * from {{ ref('int_customers_keyed') }}

    where holders > 1

),

judged as (

    select
        keyed.record_key,
        keyed.tier,
        keyed.match_rule,
        keyed.match_value,
        keyed.holders,
        blocked.reason as block_reason,
        coalesce(named.is_ambiguous, false) as is_ambiguous,
        case
            when blocked.reason is null and not coalesce(named.is_ambiguous, false)
                then coalesce(named.contradicted_names, '')
        end as person

    from keyed

    left join {{ ref('int_customers_blocked') }} as blocked
        on keyed.match_rule = blocked.match_rule
        and keyed.match_value = blocked.match_value

    left join {{ ref('int_customers_named') }} as named
        on keyed.match_rule = named.match_rule
        and keyed.match_value = named.match_value
        and keyed.name_key = named.name_key

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
