{{ config(
    materialized='incremental', incremental_strategy='touched', on_schema_change='fail',
    touched='int_customers_regathered', touched_by=['record_hash'],
) }}

{{ identified_records(
    'customer',
    ref('int_customers_unioned'),
    ref('int_customers_grouped'),
    ref('int_customers_linked'),
    touched='int_customers_regathered',
    kept=ref('stg_canon__kept_ids'),
) }}
