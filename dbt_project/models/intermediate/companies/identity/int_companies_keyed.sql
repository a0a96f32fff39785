-- the values by which records may be one company; a deleted record's count where its system has no
-- live one
with

records as (

    select * from {{ ref('int_companies_normalized') }}

),

keys as (

    select
        record_key,
        source,
        not is_deleted as is_live,
        3 as tier,
        'domain' as match_rule,
        domain as match_value
    from records
    union all
    select
        record_key,
        source,
        not is_deleted as is_live,
        5 as tier,
        'name_and_country' as match_rule,
        name_and_country as match_value
    from records

),

-- a mailbox provider's domain is nobody's
own_keys as (

    select
        keys.*,
        bool_or(keys.is_live) over (
            partition by keys.match_rule, keys.match_value, keys.source
        ) as has_live

    from keys

    left join {{ ref('free_mail_domains') }} as free_mail
        on keys.match_value = free_mail.domain
        and keys.match_rule = 'domain'

    where keys.match_value is not null and free_mail.domain is null

),

keyed as (

    select
        record_key,
        source,
        tier,
        match_rule,
        match_value,
        count(*) over (partition by match_rule, match_value, source) as holders_in_system,
        count(*) over (partition by match_rule, match_value) as holders

    from own_keys

    where is_live or not has_live

)

select * from keyed
