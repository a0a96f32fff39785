{{ config(materialized='view') }}

{{ staged_extracts('salesforce') }}
