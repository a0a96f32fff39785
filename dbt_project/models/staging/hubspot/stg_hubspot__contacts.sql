{{ staged_records('customer', 'hubspot', 'contacts', id='hubspot_contact_id', keys={
    'merged_object_ids': 'hs_merged_object_ids',
    'email_bounced_reason': 'hs_email_hard_bounce_reason_enum',
}) }}
