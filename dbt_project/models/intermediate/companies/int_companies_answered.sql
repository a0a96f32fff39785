{{ answered_records(
    'company',
    ref('stg_canon__value_decisions'),
    ref('int_companies_unioned'),
    ref('int_companies_identified'),
    ref('stg_canon__sync_runs'),
) }}
