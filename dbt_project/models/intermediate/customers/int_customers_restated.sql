{{ restated_records(
    'customer',
    customer_records(),
    ref('int_customers_merged'),
    'int_customers_unioned',
) }}
