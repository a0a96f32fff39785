{{ config(materialized='connected_components') }}

{{ linked_pairs(ref('int_deals_linked'), 'accepted') }}
