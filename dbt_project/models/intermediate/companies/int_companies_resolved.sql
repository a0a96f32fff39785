{{ resolved_records(
    'company',
    ref('int_companies_ranked'),
    ref('int_companies_decided'),
    ref('stg_canon__sync_runs'),
) }}
