{{ config(materialized='ephemeral') }}

-- what int_customers_ranked, int_customers_decided and int_customers_resolved do in turn
with

ranked as (

    {{ ranked_records(
        'customer',
        ref('int_customers_unioned'),
        ref('int_customers_identified'),
        ref('stg_canon__sync_runs'),
    ) }}

),

decided as (

    {{ decided_records('customer', 'ranked') }}

),

resolved as (

    {{ resolved_records('customer', 'ranked', 'decided', ref('stg_canon__sync_runs')) }}

)

select * from resolved
