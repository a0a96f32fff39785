{# Both ends of every association: (source, object of the association, end, end_id), and the record that it leads to, if the
   copy has one, deleted or not. #}
{% macro association_rows() %}
    {%- set ends = [
        ['salesforce', 'OpportunityContactRole', 'salesforce_opportunity_id', ref('stg_salesforce__opportunity_contact_roles'), ref('stg_salesforce__opportunities')],
        ['salesforce', 'OpportunityContactRole', 'salesforce_contact_id', ref('stg_salesforce__opportunity_contact_roles'), ref('stg_salesforce__contacts')],
        ['hubspot', 'contacts_companies', 'hubspot_contact_id', ref('stg_hubspot__contacts_companies'), ref('stg_hubspot__contacts')],
        ['hubspot', 'contacts_companies', 'hubspot_company_id', ref('stg_hubspot__contacts_companies'), ref('stg_hubspot__companies')],
        ['hubspot', 'deals_contacts', 'hubspot_deal_id', ref('stg_hubspot__deals_contacts'), ref('stg_hubspot__deals')],
        ['hubspot', 'deals_contacts', 'hubspot_contact_id', ref('stg_hubspot__deals_contacts'), ref('stg_hubspot__contacts')],
        ['hubspot', 'deals_companies', 'hubspot_deal_id', ref('stg_hubspot__deals_companies'), ref('stg_hubspot__deals')],
        ['hubspot', 'deals_companies', 'hubspot_company_id', ref('stg_hubspot__deals_companies'), ref('stg_hubspot__companies')],
    ] -%}
    {%- for system, object, key, associations, records in ends %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        associations.{{ key }} as end_id,
        records.{{ key }} as record_id
    from {{ associations }} as associations
    left join {{ records }} as records
        on associations.{{ key }} = records.{{ key }}
    where associations.{{ key }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
