{{ config(materialized='view') }}

{{ staged_extracts('product') }}
