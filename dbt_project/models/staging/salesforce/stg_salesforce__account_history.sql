{{ staged_history('company', 'salesforce', 'Account') }}
