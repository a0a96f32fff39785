{{ config(materialized='view', contract={'enforced': false}) }}

-- what the policy names and a source does not show; what was there once keeps its last known values
with

mapped as (

    {{ mapped_rows() }}

),

dictionary as (

    select * from {{ ref('data_dictionary') }}

),

-- values that a mapped id leads to; what a source has no metadata for can not be missed
looked_up as (

    {{ looked_up_rows() }}

),

needed as (

    select
        source,
        object,
        field
    from mapped
    union
    select
        dictionary.source,
        dictionary.object,
        looked_up.field
    from dictionary
    inner join looked_up
        on dictionary.source = looked_up.source
        and dictionary.object = looked_up.object
        and lower(dictionary.field) = lower(looked_up.field)

),

retyped as (

    select distinct
        source,
        object,
        field

    from {{ ref('schema_changes') }}

    where
        change = 'retyped'
        and {{ age('noticed_at', 86400000) }} <= {{ health_number('retyped', 'days') }}

),

described as (

    select
        needed.source,
        needed.object,
        needed.field,
        not dictionary.is_present as has_vanished,
        retyped.field is not null as was_retyped

    from needed

    left join dictionary
        on needed.source = dictionary.source
        and needed.object = dictionary.object
        and lower(needed.field) = lower(dictionary.field)

    left join retyped
        on needed.source = retyped.source
        and needed.object = retyped.object
        and lower(needed.field) = lower(retyped.field)

),

measured as (

    select
        source,
        object,
        count(*) as mapped_fields,
        count(has_vanished) as known_fields,
        coalesce({{ joined_text('field', ', ', 'has_vanished') }}, 'none') as vanished_fields,
        count(*) filter (where was_retyped) as retyped,
        coalesce({{ joined_text('field', ', ', 'was_retyped') }}, 'none') as retyped_fields,
        coalesce(
            {{ joined_text('field', ', ', 'has_vanished is null') }}, 'none'
        ) as unknown_fields

    from described

    group by source, object

),

judged as (

    select
        *,
        {{ health_verdict('retyped', 'retyped', by=[]) }} as verdict,
        {{ health_allowed('retyped', by=[]) }} as allowed

    from measured

)

select * from judged
