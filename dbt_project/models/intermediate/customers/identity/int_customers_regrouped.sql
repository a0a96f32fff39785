{{ config(
    materialized='connected_components',
    touched='int_customers_regathered', touched_by=['record_hash'],
) }}

{{ remaining_pairs(
    ref('int_customers_disputed'),
    ref('int_customers_judged'),
    touched='int_customers_regathered',
) }}
