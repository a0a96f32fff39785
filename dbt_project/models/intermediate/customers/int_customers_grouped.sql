{{ config(materialized='connected_components') }}

{{ group_edges(ref('int_customers_unioned'), ref('int_customers_linked')) }}
