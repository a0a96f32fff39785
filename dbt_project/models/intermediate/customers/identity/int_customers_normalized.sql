{{ kept_by('record_hash', 'int_customers_changed') }}

-- what identity looks at: names, addresses and ids in the forms in which they are compared
with

records as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_customers_unioned') }} as records

    {{ only_touched('int_customers_changed', {'record_hash': 'records.record_hash'}) }}

),

companies as (

    select * from {{ ref('int_companies_unioned') }}

),

employed as {{ narrowed_first() }} (

    select employed.*

    from {{ ref('int_customers_employed') }} as employed

    {{ only_touched('int_customers_changed', {'record_hash': 'employed.record_hash'}) }}

),

domains as (

    select
        employed.record_key,
        companies.domain,
        employed.strength,
        max(employed.strength) over (partition by employed.record_key) as most_strength

    from employed

    inner join companies
        on employed.company_key = companies.record_key

    where companies.domain is not null

),

-- the web address of the company that the systems name first; none where they name several alike
employers as (

    select
        record_key,
        min(domain) as domain

    from domains

    where strength = most_strength

    group by record_key
    having min(domain) = max(domain)

),

blocked as (

    select * from {{ ref('blocked_values') }}

),

addresses as (

    select
        record_key,
        {{ match_email('email') }} as email

    from records

    where email is not null

),

-- an address that names a desk, a machine or nobody says nothing about who reads it
mailboxes as (

    select
        addresses.record_key,
        addresses.email,
        split_part(addresses.email, '@', 2) as domain,
        coalesce(blocked_addresses.reason, blocked_mailboxes.reason) as block_reason

    from addresses

    left join blocked as blocked_addresses
        on addresses.email = blocked_addresses.value
        and blocked_addresses.kind = 'address'

    left join blocked as blocked_mailboxes
        on split_part(addresses.email, '@', 1) = blocked_mailboxes.value
        and blocked_mailboxes.kind = 'mailbox'
        and '{{ var("identity").role_mailboxes }}' = 'block'

),

normalized as (

    select
        records.record_key,
        records.record_hash,
        records.source,
        not records.is_merged and not records.is_converted as is_standing,
        records.is_deleted,
        canon_name(records.first_name) as first_name,
        canon_name(records.last_name) as last_name,
        mailboxes.email,
        mailboxes.block_reason as email_block_reason,
        records.external_id,
        case
            when mailboxes.block_reason is null and free_mail.domain is null then mailboxes.email
        end as company_email,
        coalesce(
            employers.domain,
            {{ without_protocol('records.website') }},
            mailboxes.domain
        ) as company_domain

    from records

    left join mailboxes
        on records.record_key = mailboxes.record_key

    left join {{ ref('free_mail_domains') }} as free_mail
        on mailboxes.domain = free_mail.domain

    left join employers
        on records.record_key = employers.record_key

)

select * from normalized
