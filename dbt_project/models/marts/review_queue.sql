-- open questions for a steward; the policy's answer stands until one is given
with

people as (

    select * from {{ ref('int_customers_identified') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

-- systems contradict each other on a field that the matrix marks needs_review
contradictions as (

    {{ contradiction_rows({
        'customer': [ref('customer_field_conflicts'), ref('int_customers_answered')],
        'company': [ref('company_field_conflicts'), ref('int_companies_answered')],
        'deal': [ref('deal_field_conflicts'), ref('int_deals_answered')],
    }) }}

),

-- Salesforce's primary contact of a deal is none of its contacts in HubSpot, which has others
primary_contacts as (

    select
        {{ dbt.hash("'conflict:deal:' || told.deal_id || ':primary_customer_id'") }} as item_id,
        'conflict' as kind,
        max(case when told.strength = 3 then told.customer_id end) as customer_id,
        'deal.primary_customer_id' as field,
        'deal ' || told.deal_id || ': salesforce='
        || max(case when told.strength = 3 then told.customer_id end)
        || ' stands; hubspot='
        || {{ joined_text('told.customer_id', ' or hubspot=', 'told.is_associated') }}
            as candidates,
        min(runs.started_at) as opened_at

    from {{ ref('int_deals_contacted') }} as told

    inner join {{ ref('int_deals_identified') }} as crosswalk
        on told.deal_id = crosswalk.deal_id

    inner join {{ ref('int_deals_unioned') }} as records
        on crosswalk.record_key = records.record_key

    left join runs
        on records.last_sync_seq = runs.sync_seq

    group by told.deal_id
    having
        bool_or(told.strength = 3)
        and bool_or(told.is_associated)
        and not bool_or(told.strength = 3 and told.is_associated)

),

-- a record that may be one with others, or may not
identities as (

    select
        {{ dbt.hash("'identity:' || asked.left_key") }} as item_id,
        'identity' as kind,
        people.customer_id,
        cast(null as string) as field,
        asked.left_key
        || ' = ' || {{ joined_text('asked.right_key', ' or ') }}
        || ': ' || {{ joined_text('asked.reason', '; ') }} as candidates,
        min(runs.started_at) as opened_at

    from {{ ref('int_customers_questioned') }} as asked

    inner join people
        on asked.left_key = people.record_key

    inner join {{ ref('int_customers_unioned') }} as records
        on asked.left_key = records.record_key

    left join runs
        on records.last_sync_seq = runs.sync_seq

    group by asked.left_key, people.customer_id

),

-- records that were one person and are not any more, although no steward said so
splits as (

    select
        {{ dbt.hash("'split:' || left_key || ' ' || right_key") }} as item_id,
        'split' as kind,
        customer_id,
        cast(null as string) as field,
        left_key || ' = ' || right_key || ': they were one person until then' as candidates,
        split_at as opened_at

    from {{ ref('customer_splits') }}

    where not is_settled

),

-- records that a model takes for one person; nothing is ever certain
suggestions as (

    select
        {{ dbt.hash("'suggestion:' || left_key || ' ' || right_key") }} as item_id,
        'suggestion' as kind,
        customer_id,
        cast(null as string) as field,
        left_key || ' = ' || right_key || ': probably one person ('
        || cast(cast(least(round(100 * probability), 99) as bigint) as string)
        || ' %): ' || because as candidates,
        first_suggested_at as opened_at

    from {{ ref('int_customers_suggested') }}

),

-- what an erasure leaves open: a record that may be the erased person's, a person whom another
-- system erased
erasures as (

    select
        {{ dbt.hash("'erasure:' || asked.question_id") }} as item_id,
        'erasure' as kind,
        asked.customer_id,
        cast(null as string) as field,
        asked.record_key || case
            when asked.kind = 'held'
                then ': did not land, its e-mail address was that of somebody who was erased'
            else ': ' || asked.erased_by || ' has erased this person; nobody has here'
        end as candidates,
        asked.asked_at as opened_at

    from {{ ref('int_erasures_asked') }} as asked

),

questions as (

    select * from contradictions
    union all
    select * from primary_contacts
    union all
    select * from identities
    union all
    select * from splits
    union all
    select * from suggestions
    union all
    select * from erasures

)

select * from questions
