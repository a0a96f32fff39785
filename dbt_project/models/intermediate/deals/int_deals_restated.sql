{{ restated_records(
    'deal',
    deal_records(),
    ref('int_deals_merged'),
    'int_deals_unioned',
) }}
