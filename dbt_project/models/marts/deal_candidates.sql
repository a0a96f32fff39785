{{ candidate_rows('deal', ref('int_deals_ranked')) }}
