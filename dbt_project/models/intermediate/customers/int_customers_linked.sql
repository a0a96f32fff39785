with

-- tier 1: what the CRM itself says
merge_links as (

    {{ merge_links(ref('int_customers_merged')) }}

),

conversion_links as (

    {{ link(
        record_key('salesforce', 'Lead', 'salesforce_lead_id'),
        record_key('salesforce', 'Contact', 'converted_contact_id'),
        1, 'lead_conversion',
    ) }}
    from {{ ref('stg_salesforce__leads') }}
    where converted_contact_id is not null

),

-- tier 3: one e-mail, names that do not contradict each other
email_links as (

    {{ link('record_key', 'first_key', 3, 'email', match_key='email_hash') }}
    from {{ ref('int_customers_emailed') }}
    where status = 'accepted' and record_key != first_key

),

refused_links as (

    select
        record_key as left_key,
        first_key as right_key,
        3 as tier,
        'email' as match_rule,
        email_hash as match_key,
        status,
        reason
    from {{ ref('int_customers_emailed') }}
    where status != 'accepted'

),

unioned as (

    select * from merge_links
    union all
    select * from conversion_links
    union all
    select * from email_links
    union all
    select * from refused_links

)

-- a link whose other end is not in the log stays for the audit and joins nothing
select * from unioned
