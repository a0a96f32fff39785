{{ config(materialized='connected_components') }}

{{ linked_pairs(ref('int_customers_linked'), ref('int_customers_unioned'), 'accepted') }}
