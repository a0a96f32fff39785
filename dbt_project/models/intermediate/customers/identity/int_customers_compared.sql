{{ kept_by('value_hash', 'int_customers_revalued') }}

-- names that go by one shared value, each with each, and whether they contradict each other
with

names as (

    select distinct
        match_rule,
        match_value,
        value_hash,
        first_name,
        last_name,
        name_key

    from {{ ref('int_customers_revalued') }}

    where
        block_reason is null
        and holders > 1
        and holders <= {{ var('identity').max_records_per_key }}

),

counted as (

    select
        *,
        count(*) over (partition by match_rule, match_value) as name_count

    from names

),

-- most values have one name, which nothing contradicts
variants as (

    select * from counted

    where name_count > 1

),

compared as (

    select
        variants.match_rule,
        variants.match_value,
        variants.value_hash,
        variants.name_key,
        others.name_key as other_key,
        case
            when variants.match_rule = 'external_id'
                then {{ first_names_tell('variants', 'others') }}
            else {{ names_contradict('variants', 'others') }}
        end as contradicts,
        {{ names_contradict('variants', 'others') }} as differs

    from variants

    inner join variants as others
        on variants.match_rule = others.match_rule
        and variants.match_value = others.match_value

    {{ nickname_join('variants', 'others') }}

)

select * from compared
