-- links that somebody states, whatever the records say: stewards and the CRMs themselves
with

stated_links as (

    {{ stated_links(
        'customer',
        ref('stg_canon__identity_decisions'),
        ref('int_customers_merged'),
        ref('int_customers_claimed'),
    ) }}

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

stated as (

    select * from stated_links
    union all
    select * from conversion_links

),

hashed as (

    select
        *,
        {{ key_hash('left_key') }} as left_hash

    from stated

)

select * from hashed
