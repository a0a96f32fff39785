{{ published_rows(
    'customer',
    ref('int_customers_completed'),
    ref('customers_snapshot'),
    also=['company_id'],
) }}
