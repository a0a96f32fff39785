{{ staged_metadata('product') }}
