{{ config(materialized='view') }}

{{ staged_counts('hubspot') }}
