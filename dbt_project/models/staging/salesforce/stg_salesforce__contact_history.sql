{{ staged_history('customer', 'salesforce', 'Contact') }}
