{{ config(
    materialized='connected_components',
    touched='int_customers_regathered', touched_by=['record_hash'],
) }}

-- records that the candidates would put together if nobody looked at them together
with

candidates as {{ narrowed_first() }} (

    select proposed.*

    from {{ ref('int_customers_proposed') }} as proposed

    {{ only_touched('int_customers_regathered', {'record_hash': 'proposed.left_hash'}) }}

),

reached as (

    {{ linked_pairs('candidates', 'candidate') }}

)

select * from reached
