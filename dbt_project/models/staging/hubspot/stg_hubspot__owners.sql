{{ staged_lookup('hubspot', 'owners', id='hubspot_owner_id', columns={
    'email': 'email',
}) }}
