{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}

{{ change_rows(
    'company',
    ref('companies_snapshot'),
    ref('stg_canon__sync_runs'),
) }}
