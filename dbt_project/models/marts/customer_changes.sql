{{ change_rows(
    'customer',
    ref('customers_snapshot'),
    ref('stg_canon__sync_runs'),
    also=['company_id'],
) }}
