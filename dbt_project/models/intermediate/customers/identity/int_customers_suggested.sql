-- pairs of records that a model takes for one person, and that nothing has made one or kept apart
with

suggestions as (

    select * from {{ ref('stg_canon__identity_suggestions') }}

),

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

-- a steward's word about two records speaks for their customers
decided as (

    select distinct
        one.customer_id,
        other.customer_id as other_id

    from {{ ref('int_customers_settled') }} as settled

    inner join crosswalk as one
        on settled.left_key = one.record_key

    inner join crosswalk as other
        on settled.right_key = other.record_key

),

-- what is asked about already needs no second question
asked as (

    select
        left_key,
        right_key
    from {{ ref('int_customers_questioned') }}
    union
    select
        right_key as left_key,
        left_key as right_key
    from {{ ref('int_customers_questioned') }}

),

suggested as (

    select
        suggestions.left_key,
        suggestions.right_key,
        one.customer_id,
        suggestions.probability,
        suggestions.because,
        suggestions.first_suggested_at

    from suggestions

    inner join crosswalk as one
        on suggestions.left_key = one.record_key

    inner join crosswalk as other
        on suggestions.right_key = other.record_key
        and one.customer_id != other.customer_id

    left join decided
        on one.customer_id = decided.customer_id
        and other.customer_id = decided.other_id

    left join asked
        on suggestions.left_key = asked.left_key
        and suggestions.right_key = asked.right_key

    where decided.customer_id is null and asked.left_key is null

)

select * from suggested
