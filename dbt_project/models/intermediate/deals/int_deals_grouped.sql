{{ config(materialized='connected_components') }}

{{ group_edges(ref('int_deals_unioned'), ref('int_deals_linked')) }}
