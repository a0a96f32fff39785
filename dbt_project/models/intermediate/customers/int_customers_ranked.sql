{{ ranked_records(
    'customer',
    ref('int_customers_dated'),
    ref('int_customers_identified'),
    ref('stg_canon__sync_runs'),
    ref('int_customers_answered'),
    ref('int_customers_parted'),
    touched='int_customers_reopened',
) }}
