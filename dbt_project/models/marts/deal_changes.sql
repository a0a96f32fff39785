{{ change_rows(
    'deal',
    ref('deals_snapshot'),
    ref('stg_canon__sync_runs'),
    also=['company_id', 'primary_customer_id'],
) }}
