{% snapshot customer_members_snapshot %}
{{ config(
    unique_key='record_key',
    strategy='check',
    check_cols=['customer_id'],
    hard_deletes='ignore',
    touched='int_customers_regathered',
    touched_by=['record_key'],
    post_hook="{{ end_retired('record_key', 'int_customers_identified') }}",
) }}
select
    crosswalk.record_key,
    crosswalk.customer_id

from {{ ref('int_customers_identified') }} as crosswalk

{{ only_touched('int_customers_regathered', {'record_hash': 'crosswalk.record_hash'}) }}
{% endsnapshot %}
