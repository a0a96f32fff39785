-- pairs of records that a steward is asked about: what was refused or dropped, what could be either
-- of several people, and what the CRM links although the names contradict each other
with

linked as (

    select * from {{ ref('int_customers_linked') }}

),

valued as (

    select * from {{ ref('int_customers_valued') }}

),

doubted as (

    select
        left_key,
        right_key,
        reason

    from linked

    where status = 'demoted' or (status = 'refused' and match_rule = 'crm_link')

),

-- a record that fits several people is asked about with each of them
ambiguous as (

    select
        asked.record_key as left_key,
        others.record_key as right_key,
        asked.reason

    from valued as asked

    inner join valued as others
        on asked.match_rule = others.match_rule
        and asked.match_value = others.match_value
        and asked.record_key != others.record_key

    where asked.status = 'refused' and others.status = 'candidate'

),

contradicted as (

    select * from {{ ref('int_customers_contradicted') }}

),

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

open_pairs as (

    select * from doubted
    union
    select * from ambiguous

),

-- records that something else made one person need nobody's word
questions as (

    select open_pairs.*

    from open_pairs

    inner join crosswalk as one
        on open_pairs.left_key = one.record_key

    left join crosswalk as other
        on open_pairs.right_key = other.record_key

    where one.customer_id is distinct from other.customer_id

    union

    select
        left_key,
        right_key,
        reason
    from contradicted

),

asked as (

    select
        questions.*,
        settled.kind

    from questions

    left join {{ ref('int_customers_settled') }} as settled
        on questions.left_key = settled.left_key
        and questions.right_key = settled.right_key

),

-- who was told to be one record's person is not asked about the others any more
told as (

    select distinct
        open_pairs.left_key,
        open_pairs.reason

    from open_pairs

    inner join {{ ref('int_customers_settled') }} as settled
        on open_pairs.left_key = settled.left_key
        and open_pairs.right_key = settled.right_key

    where settled.kind = 'must_link'

),

questioned as (

    select
        asked.left_key,
        asked.right_key,
        min(asked.reason) as reason

    from asked

    left join told
        on asked.left_key = told.left_key
        and asked.reason = told.reason

    where told.left_key is null and asked.kind is null

    group by asked.left_key, asked.right_key

)

select * from questioned
