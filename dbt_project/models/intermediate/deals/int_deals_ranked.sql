{{ ranked_records('deal', ref('int_deals_unioned'), ref('int_deals_identified')) }}
