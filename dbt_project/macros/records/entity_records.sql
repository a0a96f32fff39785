{# The source objects that the records of each entity come from: {system, object, model, id, and what unified_record further asks}. #}
{% macro customer_records() %}
    {{ return([
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
    ]) }}
{% endmacro %}

{% macro company_records() %}
    {{ return([
        {
            'system': 'salesforce', 'object': 'Account',
            'model': ref('stg_salesforce__accounts'), 'id': 'salesforce_account_id',
            'where': "records.is_person_account_text is distinct from 'true'",
        },
        {
            'system': 'hubspot', 'object': 'companies',
            'model': ref('stg_hubspot__companies'), 'id': 'hubspot_company_id',
        },
    ]) }}
{% endmacro %}

{% macro deal_records() %}
    {{ return([
        {
            'system': 'salesforce', 'object': 'Opportunity',
            'model': ref('stg_salesforce__opportunities'), 'id': 'salesforce_opportunity_id',
        },
        {
            'system': 'hubspot', 'object': 'deals',
            'model': ref('stg_hubspot__deals'), 'id': 'hubspot_deal_id',
        },
    ]) }}
{% endmacro %}
