{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}

{{ change_rows(
    'deal',
    ref('deals_snapshot'),
    ref('stg_canon__sync_runs'),
    also=['company_id', 'primary_customer_id'],
) }}
