{{ reopened(
    'customer',
    ref('int_customers_identified'),
    ref('int_customers_restated'),
    ref('int_customers_answered'),
    'customer_sources',
    moved=ref('int_customers_regathered'),
    also=[
        'select customer_id from ' ~ ref('int_customers_parted'),
        'select other_customer_id from ' ~ ref('int_customers_parted'),
        'select customer_id from ' ~ ref('int_customers_reemployed'),
    ],
) }}
