{{ unioned_records('customer', [
    {
        'system': 'salesforce', 'object': 'Contact',
        'model': ref('stg_salesforce__contacts'), 'id': 'salesforce_contact_id',
        'bounced': 'records.email_bounced_reason is not null',
        'also': {'external_id': own_external_id('salesforce', 'Contact')},
    },
    {
        'system': 'salesforce', 'object': 'Lead',
        'model': ref('stg_salesforce__leads'), 'id': 'salesforce_lead_id',
        'converted': 'records.converted_contact_id is not null',
        'bounced': 'records.email_bounced_reason is not null',
        'also': {'external_id': own_external_id('salesforce', 'Lead'), 'website': 'records.website'},
    },
    {
        'system': 'hubspot', 'object': 'contacts',
        'model': ref('stg_hubspot__contacts'), 'id': 'hubspot_contact_id',
        'bounced': 'records.email_bounced_reason is not null',
        'also': {'external_id': own_external_id('hubspot', 'contacts')},
    },
    {
        'system': 'product', 'object': 'users',
        'model': ref('stg_product__users'), 'id': 'product_user_id',
        'also': {'external_id': own_external_id('product', 'users')},
    },
], also=['external_id', 'website'], merges=ref('int_customers_merged'), marked=[
    'source', 'first_sync_seq', 'is_deleted', 'is_merged', 'is_converted',
    'first_name', 'last_name', 'email', 'external_id', 'website',
]) }}
