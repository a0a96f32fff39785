{{ staged_lookup(
    'salesforce',
    'OpportunityContactRole',
    id='salesforce_opportunity_contact_role_id',
    columns={
        'salesforce_opportunity_id': 'opportunityid',
        'salesforce_contact_id': 'contactid',
        'role': 'role',
        'is_primary_text': 'isprimary',
    },
    is_kept=true,
) }}
