{%- do kept_by('record_hash', 'int_customers_restated') -%}
-- the companies that the systems give each record, the strongest statement with the highest number
with

accounts as (

    select
        {{ record_key('salesforce', 'Contact', 'salesforce_contact_id') }} as record_key,
        {{ record_key('salesforce', 'Account', 'account_id') }} as company_key,
        'salesforce' as source,
        2 as strength

    from {{ ref('stg_salesforce__contacts') }}

    where account_id is not null

),

associations as (

    select
        {{ record_key('hubspot', 'contacts', 'hubspot_contact_id') }} as record_key,
        {{ record_key('hubspot', 'companies', 'hubspot_company_id') }} as company_key,
        'hubspot' as source,
        case when is_primary then 1 else 0 end as strength

    from {{ ref('stg_hubspot__contacts_companies') }}

),

employed as (

    select * from accounts
    union all
    select * from associations

),

hashed as (

    select
        employed.*,
        {{ key_hash('employed.record_key') }} as record_hash

    from employed

    {{ only_touched('int_customers_restated', {'record_key': 'employed.record_key'}) }}

)

select * from hashed
