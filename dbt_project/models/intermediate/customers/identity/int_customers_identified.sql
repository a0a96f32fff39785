{{ identified_records(
    'customer',
    ref('int_customers_unioned'),
    ref('int_customers_grouped'),
    ref('int_customers_linked'),
) }}
