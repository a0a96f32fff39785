{{ config(
    materialized='incremental', incremental_strategy='touched', on_schema_change='fail',
    touched='int_customers_regathered', touched_by=['left_hash'], as_touched=['record_hash'],
) }}

{{ final_links(
    ref('int_customers_proposed'),
    ref('int_customers_judged'),
    touched='int_customers_regathered',
) }}
