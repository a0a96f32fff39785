{{ ranked_records(
    'deal',
    ref('int_deals_dated'),
    ref('int_deals_identified'),
    ref('stg_canon__sync_runs'),
    ref('int_deals_answered'),
    touched='int_deals_reopened',
) }}
