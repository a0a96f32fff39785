-- names that go by one shared value, each with each, and whether they contradict each other
with

names as (

    select distinct
        match_rule,
        match_value,
        first_name,
        last_name,
        name_key

    from {{ ref('int_customers_keyed') }}

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
        variants.name_key,
        others.name_key as other_key,
        case
            when variants.match_rule = 'external_id' then {{ first_names_tell(
                {'first': 'variants.first_name', 'last': 'variants.last_name'},
                {'first': 'others.first_name', 'last': 'others.last_name'},
                '(forms.name is not null)',
            ) }}
            else {{ names_contradict(
                {'first': 'variants.first_name', 'last': 'variants.last_name'},
                {'first': 'others.first_name', 'last': 'others.last_name'},
                '(forms.name is not null)',
            ) }}
        end as contradicts,
        {{ names_contradict(
            {'first': 'variants.first_name', 'last': 'variants.last_name'},
            {'first': 'others.first_name', 'last': 'others.last_name'},
            '(forms.name is not null)',
        ) }} as differs

    from variants

    inner join variants as others
        on variants.match_rule = others.match_rule
        and variants.match_value = others.match_value

    left join {{ ref('int_nicknames_paired') }} as forms
        on split_part(variants.first_name, ' ', 1) = forms.name
        and split_part(others.first_name, ' ', 1) = forms.other_name

)

select * from compared
