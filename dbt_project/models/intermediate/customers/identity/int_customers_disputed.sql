{{ config(
    materialized='incremental', incremental_strategy='touched', on_schema_change='fail',
    touched='int_customers_regathered', touched_by=['left_hash'], as_touched=['record_hash'],
) }}

{{ disputed_links(
    ref('int_customers_proposed'),
    ref('int_customers_reached'),
    ref('int_customers_suspected'),
    touched='int_customers_regathered',
) }}
