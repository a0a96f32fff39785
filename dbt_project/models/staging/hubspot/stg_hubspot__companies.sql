{{ staged_records('company', 'hubspot', 'companies', id='hubspot_company_id', keys={
    'merged_object_ids': 'hs_merged_object_ids',
    'salesforce_account_id': 'salesforceaccountid',
}) }}
