{{ kept_by('value_hash', 'int_customers_revalued') }}

-- values that several records share and that link none of them, each with the reason
with

shared as (

    select * from {{ ref('int_customers_revalued') }}

    where holders > 1

),

live as (

    select * from shared

    where is_live

),

-- an external id, or a name at a company, speaks for a person only where no system has two of them
by_system as (

    select
        match_rule,
        match_value,
        bool_or(first_name is null) as lacks_names

    from live

    where match_rule in ('external_id', 'name_and_domain')

    group by match_rule, match_value, source
    having count(*) > 1

),

-- records of one system that have the same id, and names that agree, are one person entered twice
strangers as (

    select distinct
        live.match_rule,
        live.match_value

    from live

    inner join live as others
        on live.match_rule = others.match_rule
        and live.match_value = others.match_value
        and live.source = others.source

    inner join {{ ref('int_customers_compared') }} as compared
        on live.match_rule = compared.match_rule
        and live.match_value = compared.match_value
        and live.name_key = compared.name_key
        and others.name_key = compared.other_key

    where live.match_rule = 'external_id' and compared.differs

),

crowded as (

    select
        match_rule,
        match_value
    from by_system
    where match_rule = 'name_and_domain' or lacks_names
    union
    select
        match_rule,
        match_value
    from strangers

),

judged as (

    select
        shared.match_rule,
        shared.match_value,
        shared.value_hash,
        case
            when max(shared.block_reason) is not null then max(shared.block_reason)
            when max(shared.holders) > {{ var('identity').max_records_per_key }}
                then 'more than {{ var("identity").max_records_per_key }} records share it'
            when count(crowded.match_value) > 0 then 'several records of one system share it'
        end as reason

    from shared

    left join crowded
        on shared.match_rule = crowded.match_rule
        and shared.match_value = crowded.match_value

    group by shared.match_rule, shared.match_value, shared.value_hash

),

blocked as (

    select * from judged

    where reason is not null

)

select * from blocked
