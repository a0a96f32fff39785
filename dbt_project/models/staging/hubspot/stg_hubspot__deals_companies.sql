{{ staged_associations('deals_companies', from_id='hubspot_deal_id', to_id='hubspot_company_id') }}
