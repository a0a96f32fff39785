{{ staged_history('customer', 'hubspot', 'contacts') }}
