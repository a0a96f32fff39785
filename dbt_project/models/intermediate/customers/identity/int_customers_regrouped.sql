{{ config(materialized='connected_components') }}

{{ remaining_pairs(ref('int_customers_disputed'), ref('int_customers_judged')) }}
