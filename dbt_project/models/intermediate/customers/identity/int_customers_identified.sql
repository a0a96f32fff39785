{{ kept_by('record_hash', 'int_customers_regathered') }}

{{ identified_records(
    'customer',
    ref('int_customers_unioned'),
    ref('int_customers_grouped'),
    ref('int_customers_linked'),
    touched='int_customers_regathered',
    kept=ref('stg_canon__kept_ids'),
) }}
