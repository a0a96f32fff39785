{{ config(
    materialized='incremental', incremental_strategy='touched', on_schema_change='fail',
    touched='int_customers_revalued', touched_by=['match_rule', 'match_value'],
) }}

-- values that several records have
with

keyed as (

    select
        keyed.*,
        count(*) over (partition by keyed.match_rule, keyed.match_value) as holders

    from {{ ref('int_customers_keyed') }} as keyed

    {{ only_touched('int_customers_revalued', {
        'match_rule': 'keyed.match_rule', 'match_value': 'keyed.match_value',
    }) }}

),

shared as (

    select * from keyed

    where holders > 1

)

select * from shared
