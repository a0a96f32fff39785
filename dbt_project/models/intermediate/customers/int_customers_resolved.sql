{{ resolved_records(
    'customer',
    ref('int_customers_ranked'),
    ref('int_customers_decided'),
    ref('stg_canon__sync_runs'),
) }}
