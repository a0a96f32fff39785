{{ config(materialized='view') }}

{{ staged_counts('product') }}
