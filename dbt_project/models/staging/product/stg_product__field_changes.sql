{% do kept_by_log('product', none, 'source_record_id') %}

{{ field_changes('customer', 'product', 'users') }}
