{{ staged_records('customer', 'salesforce', 'Lead', id='salesforce_lead_id', keys={
    'master_record_id': 'masterrecordid',
    'converted_contact_id': 'convertedcontactid',
    'email_bounced_reason': 'emailbouncedreason',
    'website': 'website',
}) }}
