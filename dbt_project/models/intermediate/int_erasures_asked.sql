-- what erasures leave to a steward, and whom it is about
with

asked as (

    select * from {{ ref('stg_canon__erasure_questions') }}

),

people as (

    select * from {{ ref('int_customers_identified') }}

),

named as (

    select
        asked.question_id,
        asked.record_key,
        asked.kind,
        asked.erased_by,
        asked.asked_at,
        people.customer_id

    from asked

    left join people
        on asked.record_key = people.record_key

)

select * from named
