{{ merged_records([
    {'system': 'salesforce', 'object': 'Account', 'model': ref('stg_salesforce__accounts'),
     'id': 'salesforce_account_id', 'master': 'master_record_id'},
    {'system': 'hubspot', 'object': 'companies', 'model': ref('stg_hubspot__companies'),
     'id': 'hubspot_company_id', 'losers': 'merged_object_ids'},
]) }}
