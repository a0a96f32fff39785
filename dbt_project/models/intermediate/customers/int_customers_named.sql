-- every distinct name that goes by an e-mail, and the other names on it which contradict it
with

records as (

    select
        email,
        canon_name(first_name) as first_name,
        canon_name(last_name) as last_name

    from {{ ref('int_customers_unioned') }}

    where email is not null

),

variants as (

    select distinct
        email,
        first_name,
        last_name,
        coalesce(first_name, '') || '/' || coalesce(last_name, '') as name_key

    from records

),

pairs as (

    select
        variants.email,
        variants.name_key,
        others.name_key as other_key,
        {{ names_contradict(
            {'first': 'variants.first_name', 'last': 'variants.last_name'},
            {'first': 'others.first_name', 'last': 'others.last_name'},
            '(forms.name is not null)',
        ) }} as contradicts

    from variants

    inner join variants as others
        on variants.email = others.email

    left join {{ ref('int_nicknames_paired') }} as forms
        on split_part(variants.first_name, ' ', 1) = forms.name
        and split_part(others.first_name, ' ', 1) = forms.other_name

),

named as (

    select
        email,
        name_key,
        coalesce({{ joined_text('other_key', '|', 'contradicts') }}, '') as contradicted_names

    from pairs

    group by email, name_key

)

select * from named
