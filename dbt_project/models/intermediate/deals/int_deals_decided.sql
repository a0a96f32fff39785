{{ decided_records('deal', ref('int_deals_ranked')) }}
