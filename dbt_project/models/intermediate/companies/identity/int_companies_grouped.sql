{{ config(materialized='connected_components') }}

{{ linked_pairs(ref('int_companies_linked'), ref('int_companies_unioned'), 'accepted') }}
