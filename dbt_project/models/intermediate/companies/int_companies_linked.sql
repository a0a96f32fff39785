with

records as (

    select * from {{ ref('int_companies_unioned') }}

),

merge_links as (

    {{ merge_links(ref('int_companies_merged')) }}

),

-- a domain, or a name with its country, speaks for a company only where one live record of each
-- system has it
keys as (

    select
        record_key,
        source,
        3 as tier,
        'domain' as match_rule,
        domain as match_value
    from records
    where domain is not null and not is_deleted
    union all
    select
        record_key,
        source,
        5 as tier,
        'name_and_country' as match_rule,
        canon_name(name) || '/' || lower(country) as match_value
    from records
    where name is not null and country is not null and not is_deleted

),

held as (

    select
        *,
        count(*) over (partition by match_rule, match_value, source) as holders

    from keys

),

counted as (

    select
        record_key,
        tier,
        match_rule,
        match_value,
        min(record_key) over (partition by match_rule, match_value) as first_key,
        max(holders) over (partition by match_rule, match_value) as most_holders

    from held

),

key_links as (

    select
        record_key as left_key,
        first_key as right_key,
        tier,
        match_rule,
        match_value as match_key,
        case when most_holders = 1 then 'accepted' else 'refused' end as status,
        case when most_holders > 1 then 'several records of one system share it' end as reason

    from counted

    where record_key != first_key

),

unioned as (

    select * from merge_links
    union all
    select * from key_links

)

select * from unioned
