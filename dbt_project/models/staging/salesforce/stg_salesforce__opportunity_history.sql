{{ staged_history('deal', 'salesforce', 'Opportunity') }}
