{{ staged_associations(
    'contacts_companies',
    from_id='hubspot_contact_id',
    to_id='hubspot_company_id',
) }}
