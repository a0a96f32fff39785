{{ disputed_links(
    ref('int_customers_proposed'),
    ref('int_customers_reached'),
    ref('int_customers_suspected'),
) }}
