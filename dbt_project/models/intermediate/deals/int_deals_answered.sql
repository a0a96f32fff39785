{{ answered_records(
    'deal',
    ref('stg_canon__value_decisions'),
    ref('int_deals_unioned'),
    ref('int_deals_identified'),
    ref('stg_canon__sync_runs'),
) }}
