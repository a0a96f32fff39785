{{ field_rows(
    'customer',
    ref('int_customers_ranked'),
    ref('int_customers_decided'),
    ref('customer_field_conflicts'),
) }}
