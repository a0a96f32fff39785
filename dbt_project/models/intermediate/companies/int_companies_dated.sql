{{ config(materialized='view') }}

{{ dated_records(
    'company',
    ref('int_companies_unioned'),
    ref('int_companies_echoed'),
    [['salesforce', 'Account'], ['hubspot', 'companies']],
) }}
