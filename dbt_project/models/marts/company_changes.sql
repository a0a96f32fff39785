{{ change_rows(
    'company',
    ref('companies_snapshot'),
    ref('stg_canon__sync_runs'),
) }}
