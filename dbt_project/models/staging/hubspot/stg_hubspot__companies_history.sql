{{ staged_history('company', 'hubspot', 'companies') }}
