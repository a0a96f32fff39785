-- open questions for a steward; the policy's answer stands until one is given
with

conflicts as (

    select * from {{ ref('customer_field_conflicts') }}

),

matrix as (

    select * from {{ ref('field_ownership') }}

),

crosswalk as (

    select * from {{ ref('customer_sources') }}

),

links as (

    select * from {{ ref('int_customers_linked') }}

),

-- systems contradict each other on a field that the matrix marks needs_review
contradictions as (

    select
        {{ dbt.hash("'conflict:' || conflicts.customer_id || ':' || conflicts.field") }} as item_id,
        'conflict' as kind,
        conflicts.customer_id,
        conflicts.field,
        {{ joined_text("conflicts.source || '=' || conflicts.source_value", '; ') }} as candidates,
        max(conflicts.since) as opened_at

    from conflicts

    inner join matrix
        on conflicts.field = matrix.field
        and matrix.entity = 'customer'
        and matrix.needs_review

    where conflicts.status in ('overruled', 'stale', 'not_owner')

    group by conflicts.customer_id, conflicts.field

),

-- a record whose e-mail is shared by people it could be either of
ambiguous as (

    select
        {{ dbt.hash("'identity:' || links.left_key") }} as item_id,
        'identity' as kind,
        crosswalk.customer_id,
        'email' as field,
        links.reason as candidates,
        crosswalk.first_seen_at as opened_at

    from links

    inner join crosswalk
        on links.left_key
        = crosswalk.source || ':' || crosswalk.object || ':' || crosswalk.source_record_id

    where links.status = 'refused'

),

questions as (

    select * from contradictions
    union all
    select * from ambiguous

)

select * from questions
