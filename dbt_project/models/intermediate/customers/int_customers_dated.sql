{{ config(materialized='view') }}

{{ dated_records(
    'customer',
    ref('int_customers_unioned'),
    ref('int_customers_echoed'),
    [['salesforce', 'Contact'], ['salesforce', 'Lead'], ['hubspot', 'contacts']],
) }}
