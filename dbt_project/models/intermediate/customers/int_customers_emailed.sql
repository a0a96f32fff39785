-- what an e-mail address says about each record that carries it: joined to the first record of the
-- same person, refused because the names on the address leave it open whose it is, or blocked
-- because it names no person
with

records as (

    select
        record_key,
        email,
        canon_hash(email) as email_hash,
        split_part(email, '@', 1) as mailbox,
        coalesce(canon_name(first_name), '')
        || '/' || coalesce(canon_name(last_name), '') as name_key

    from {{ ref('int_customers_unioned') }}

    where email is not null

),

names as (

    select * from {{ ref('int_customers_named') }}

),

blocked as (

    select * from {{ ref('blocked_emails') }}

),

-- names that contradict the same names are one person; one that fits several people is nobody's
person_names as (

    select
        *,
        max(contradicted_names) over (partition by email) != '' as is_shared

    from names

),

judged as (

    select
        records.record_key,
        records.email,
        records.email_hash,
        person_names.contradicted_names,
        blocked_addresses.reason as address_reason,
        blocked_mailboxes.reason as mailbox_reason,
        person_names.is_shared and person_names.contradicted_names = '' as is_ambiguous

    from records

    inner join person_names
        on records.email = person_names.email
        and records.name_key = person_names.name_key

    left join blocked as blocked_addresses
        on records.email = blocked_addresses.value
        and blocked_addresses.kind = 'address'

    left join blocked as blocked_mailboxes
        on records.mailbox = blocked_mailboxes.value
        and blocked_mailboxes.kind = 'mailbox'
        and '{{ var("identity").role_mailboxes }}' = 'block'

),

emailed as (

    select
        record_key,
        email,
        email_hash,
        case
            when coalesce(address_reason, mailbox_reason) is not null then 'blocked'
            when is_ambiguous then 'refused'
            else 'accepted'
        end as status,
        case
            when coalesce(address_reason, mailbox_reason) is not null
                then coalesce(address_reason, mailbox_reason)
            when is_ambiguous then 'the name fits several people who share this address'
        end as reason,
        min(record_key) over (partition by email, contradicted_names) as first_key

    from judged

)

select * from emailed
