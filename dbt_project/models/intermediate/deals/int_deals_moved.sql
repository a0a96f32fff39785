{{ moved_records('deal', ref('int_deals_identified'), 'deal_sources') }}
