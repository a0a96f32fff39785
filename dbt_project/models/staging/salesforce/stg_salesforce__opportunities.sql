{{ staged_records('deal', 'salesforce', 'Opportunity', id='salesforce_opportunity_id', keys={
    'account_id': 'accountid',
}) }}
