{% snapshot customers_snapshot %}
{{ versioned('customer', 'int_customers_completed', also=['company_id']) }}
{{ snapshot_columns('customer', ref('int_customers_completed'), also=['company_id']) }}
{% endsnapshot %}
