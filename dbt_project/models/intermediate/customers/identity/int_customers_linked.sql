{{ kept_by('left_hash', 'int_customers_regathered', named='record_hash') }}

{{ final_links(
    ref('int_customers_proposed'),
    ref('int_customers_judged'),
    touched='int_customers_regathered',
) }}
