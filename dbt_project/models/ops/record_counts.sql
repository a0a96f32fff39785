{{ config(materialized='view') }}

with

counts as (

    select * from {{ ref('stg_salesforce__counts') }}
    union all
    select * from {{ ref('stg_hubspot__counts') }}
    union all
    select * from {{ ref('stg_product__counts') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

compared as (

    select
        runs.sync_id,
        counts.source,
        counts.object,
        counts.source_count,
        counts.copy_count,
        counts.missing,
        counts.surplus,
        counts.stale,
        counts.missing + counts.surplus as drift,
        counts.counted_at

    from counts

    left join runs
        on counts.sync_seq = runs.sync_seq

)

select * from compared
