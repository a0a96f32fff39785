{{ staged_history('customer', 'salesforce', 'Lead') }}
