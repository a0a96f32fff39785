{{ merged_records([
    {'system': 'salesforce', 'object': 'Contact', 'model': ref('stg_salesforce__contacts'),
     'id': 'salesforce_contact_id', 'master': 'master_record_id'},
    {'system': 'salesforce', 'object': 'Lead', 'model': ref('stg_salesforce__leads'),
     'id': 'salesforce_lead_id', 'master': 'master_record_id'},
    {'system': 'hubspot', 'object': 'contacts', 'model': ref('stg_hubspot__contacts'),
     'id': 'hubspot_contact_id', 'losers': 'merged_object_ids'},
]) }}
