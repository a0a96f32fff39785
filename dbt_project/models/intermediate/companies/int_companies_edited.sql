{{ edited_values(
    'company',
    ref('int_companies_unioned'),
    ref('int_companies_identified'),
    [['salesforce', 'Account'], ['hubspot', 'companies']],
) }}
