{{ identified_records(
    'deal',
    ref('int_deals_unioned'),
    ref('int_deals_grouped'),
    ref('int_deals_linked'),
) }}
