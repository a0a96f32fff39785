{{ config(materialized='view') }}

{{ dated_records(
    'deal',
    ref('int_deals_unioned'),
    ref('int_deals_echoed'),
    [['salesforce', 'Opportunity'], ['hubspot', 'deals']],
) }}
