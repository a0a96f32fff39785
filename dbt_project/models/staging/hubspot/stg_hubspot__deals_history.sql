{{ staged_history('deal', 'hubspot', 'deals') }}
