{{ ranked_records(
    'company',
    ref('int_companies_unioned'),
    ref('int_companies_identified'),
    ref('stg_canon__sync_runs'),
    ref('int_companies_answered'),
) }}
