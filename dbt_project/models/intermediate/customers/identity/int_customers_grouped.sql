{{ config(materialized='view') }}

{{ final_groups(
    ref('int_customers_reached'),
    ref('int_customers_suspected'),
    ref('int_customers_regrouped'),
) }}
