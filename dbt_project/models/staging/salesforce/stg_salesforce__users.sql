{{ staged_lookup('salesforce', 'User', id='salesforce_user_id', columns={
    'email': 'email',
    'name': 'name',
}) }}
