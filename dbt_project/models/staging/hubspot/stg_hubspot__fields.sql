{{ staged_metadata('hubspot') }}
