{% snapshot customer_members_snapshot %}
{{ config(
    unique_key='record_key',
    strategy='check',
    check_cols=['customer_id'],
    hard_deletes='invalidate',
) }}
select
    record_key,
    customer_id

from {{ ref('int_customers_identified') }}
{% endsnapshot %}
