{{ config(materialized='connected_components') }}

-- records that the candidates would put together if nobody looked at them together
{{ linked_pairs(ref('int_customers_proposed'), 'candidate') }}
