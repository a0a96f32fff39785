{{ ranked_records(
    'company',
    ref('int_companies_dated'),
    ref('int_companies_identified'),
    ref('stg_canon__sync_runs'),
    ref('int_companies_answered'),
    touched='int_companies_reopened',
) }}
