{{ field_rows(
    'deal',
    ref('int_deals_ranked'),
    ref('int_deals_decided'),
    ref('deal_field_conflicts'),
) }}
