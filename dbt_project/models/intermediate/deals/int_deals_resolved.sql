{{ resolved_records(
    'deal',
    ref('int_deals_ranked'),
    ref('int_deals_decided'),
    ref('stg_canon__sync_runs'),
) }}
