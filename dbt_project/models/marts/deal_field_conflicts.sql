{{ conflict_rows('deal', ref('int_deals_ranked'), ref('int_deals_decided')) }}
