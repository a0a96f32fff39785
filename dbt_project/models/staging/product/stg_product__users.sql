{{ staged_records('customer', 'product', 'users', id='product_user_id') }}
