{% do kept_by_log('hubspot', none, 'source_record_id') %}

with

contacts as (

    {{ field_changes('customer', 'hubspot', 'contacts') }}

),

companies as (

    {{ field_changes('company', 'hubspot', 'companies') }}

),

deals as (

    {{ field_changes('deal', 'hubspot', 'deals') }}

),

unioned as (

    select * from contacts

    union all

    select * from companies

    union all

    select * from deals

)

select * from unioned
