{{ unioned_records(
    'deal',
    deal_records(),
    merges=ref('int_deals_merged'),
    touched='int_deals_restated',
) }}
