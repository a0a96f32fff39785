{{ config(materialized='connected_components') }}

{{ group_edges(ref('int_companies_unioned'), ref('int_companies_linked')) }}
