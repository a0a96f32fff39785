{{ unioned_records('company', [
    {
        'system': 'salesforce', 'object': 'Account',
        'model': ref('stg_salesforce__accounts'), 'id': 'salesforce_account_id',
        'where': "records.is_person_account_text is distinct from 'true'",
    },
    {
        'system': 'hubspot', 'object': 'companies',
        'model': ref('stg_hubspot__companies'), 'id': 'hubspot_company_id',
    },
], merges=ref('int_companies_merged')) }}
