{{ unioned_records(
    'customer',
    customer_records(),
    merges=ref('int_customers_merged'),
    touched='int_customers_restated',
    also=['external_id', 'website'],
    marked=[
        'source', 'first_sync_seq', 'is_deleted', 'is_merged', 'is_converted',
        'first_name', 'last_name', 'email', 'external_id', 'website',
    ],
) }}
