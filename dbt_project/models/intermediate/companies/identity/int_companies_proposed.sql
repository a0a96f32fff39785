-- every link that somebody or something suggests between two records of companies
with

stated_links as (

    {{ stated_links(
        'company',
        ref('stg_canon__identity_decisions'),
        ref('int_companies_merged'),
        ref('int_companies_claimed'),
    ) }}

),

-- a value speaks for a company only where no system has it twice
valued as (

    select
        *,
        min(record_key) over (partition by match_rule, match_value) as first_key,
        max(holders_in_system) over (partition by match_rule, match_value) > 1 as is_crowded

    from {{ ref('int_companies_keyed') }}

),

value_links as (

    select
        record_key as left_key,
        first_key as right_key,
        tier,
        match_rule,
        match_value as match_key,
        holders,
        case when is_crowded then 'refused' else 'candidate' end as status,
        case when is_crowded then 'several records of one system share it' end as reason

    from valued

    where record_key != first_key

),

unioned as (

    select * from stated_links
    union all
    select * from value_links

),

proposed as (

    {{ numbered_links('unioned', ref('int_companies_unioned')) }}

)

select * from proposed
