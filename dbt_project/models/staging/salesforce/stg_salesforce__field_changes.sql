{% do kept_by_log('salesforce', none, 'source_record_id') %}

with

contacts as (

    {{ field_changes('customer', 'salesforce', 'Contact') }}

),

leads as (

    {{ field_changes('customer', 'salesforce', 'Lead') }}

),

accounts as (

    {{ field_changes('company', 'salesforce', 'Account') }}

),

opportunities as (

    {{ field_changes('deal', 'salesforce', 'Opportunity') }}

),

unioned as (

    select * from contacts

    union all

    select * from leads

    union all

    select * from accounts

    union all

    select * from opportunities

)

select * from unioned
