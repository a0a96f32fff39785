{{ answered_records(
    'customer',
    ref('stg_canon__value_decisions'),
    ref('int_customers_unioned'),
    ref('int_customers_identified'),
    ref('stg_canon__sync_runs'),
) }}
