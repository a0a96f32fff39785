{{ echoed_values('deal', ref('int_deals_edited')) }}
