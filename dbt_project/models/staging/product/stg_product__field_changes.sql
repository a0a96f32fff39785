{{ field_changes('customer', 'product', 'users') }}
