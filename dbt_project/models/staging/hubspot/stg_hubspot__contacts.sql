{{ staged_records('customer', 'hubspot', 'contacts', id='hubspot_contact_id', keys={
    'merged_object_ids': 'hs_merged_object_ids',
    'email_bounced_reason': 'hs_email_hard_bounce_reason_enum',
    'salesforce_contact_id': 'salesforcecontactid',
    'salesforce_lead_id': 'salesforceleadid',
}) }}
