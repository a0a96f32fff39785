{{ config(materialized='view') }}

{{ staged_counts('salesforce') }}
