{{ config(materialized='view') }}

{{ staged_extracts('hubspot') }}
