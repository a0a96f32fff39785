{{ reopened(
    'deal',
    ref('int_deals_identified'),
    ref('int_deals_restated'),
    ref('int_deals_answered'),
    'deal_sources',
    moved=ref('int_deals_moved'),
    also=['select deal_id from ' ~ ref('int_deals_reconnected')],
) }}
