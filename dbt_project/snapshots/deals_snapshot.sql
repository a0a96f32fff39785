{% snapshot deals_snapshot %}
{{ versioned('deal', 'int_deals_completed', also=['company_id', 'primary_customer_id']) }}
{{ snapshot_columns(
    'deal',
    ref('int_deals_completed'),
    also=['company_id', 'primary_customer_id'],
) }}
{% endsnapshot %}
