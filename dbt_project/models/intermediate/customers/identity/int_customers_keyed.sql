{{ kept_by('record_hash', 'int_customers_changed') }}

-- the values by which records may be one person, and why some of them say nothing about a person
with

records as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_customers_normalized') }} as records

    {{ only_touched('int_customers_changed', {'record_hash': 'records.record_hash'}) }}

),

email_keys as (

    select
        record_key,
        3 as tier,
        'email' as match_rule,
        email as match_value,
        email_block_reason as block_reason

    from records

    where email is not null

),

external_keys as (

    select
        records.record_key,
        4 as tier,
        'external_id' as match_rule,
        records.external_id as match_value,
        blocked.reason as block_reason

    from records

    left join {{ ref('blocked_values') }} as blocked
        on lower(records.external_id) = blocked.value
        and blocked.kind = 'external_id'

    where records.external_id is not null

),

-- an initial is not enough of a name here, and a mailbox for everybody is no company
name_keys as (

    select
        records.record_key,
        5 as tier,
        'name_and_domain' as match_rule,
        records.first_name || ' ' || records.last_name
        || '@' || records.company_domain as match_value,
        cast(null as string) as block_reason

    from records

    left join {{ ref('free_mail_domains') }} as free_mail
        on records.company_domain = free_mail.domain

    where
        length(records.first_name) > 1
        and length(records.last_name) > 1
        and records.company_domain is not null
        and free_mail.domain is null

),

unioned as (

    select * from email_keys
    union all
    select * from external_keys
    union all
    select * from name_keys

),

keyed as (

    select
        unioned.*,
        records.record_hash,
        {{ fingerprint(['unioned.match_rule', 'unioned.match_value']) }} as value_hash,
        records.source,
        records.is_standing and not records.is_deleted as is_live,
        records.first_name,
        records.last_name,
        {{ name_key('records.first_name', 'records.last_name') }} as name_key

    from unioned

    inner join records
        on unioned.record_key = records.record_key

)

select * from keyed
