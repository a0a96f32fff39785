{{ edited_values(
    'deal',
    ref('int_deals_unioned'),
    ref('int_deals_identified'),
    [['salesforce', 'Opportunity'], ['hubspot', 'deals']],
) }}
