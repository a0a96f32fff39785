{{ staged_associations('deals_contacts', from_id='hubspot_deal_id', to_id='hubspot_contact_id') }}
