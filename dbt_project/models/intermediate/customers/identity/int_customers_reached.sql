{{ config(
    materialized='connected_components',
    touched='int_customers_regathered', touched_by=['record_key'],
) }}

-- records that the candidates would put together if nobody looked at them together
with

candidates as (

    {{ linked_pairs(ref('int_customers_proposed'), 'candidate') }}

),

reached as (

    select candidates.*

    from candidates

    {{ only_touched('int_customers_regathered', {'record_key': 'candidates.left_key'}) }}

)

select * from reached
