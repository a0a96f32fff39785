{{ staged_records('customer', 'salesforce', 'Contact', id='salesforce_contact_id', keys={
    'account_id': 'accountid',
    'master_record_id': 'masterrecordid',
    'email_bounced_reason': 'emailbouncedreason',
}) }}
