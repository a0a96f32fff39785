{{ kept_by('left_hash', 'int_customers_regathered', named='record_hash') }}

{{ disputed_links(
    ref('int_customers_proposed'),
    ref('int_customers_reached'),
    ref('int_customers_suspected'),
    touched='int_customers_regathered',
) }}
