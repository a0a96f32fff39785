{{ staged_metadata('salesforce') }}
