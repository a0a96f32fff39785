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

described as (

    select
        needed.source,
        needed.object,
        needed.field,
        not dictionary.is_present as has_vanished

    from needed

    left join dictionary
        on needed.source = dictionary.source
        and needed.object = dictionary.object
        and lower(needed.field) = lower(dictionary.field)

),

measured as (

    select
        source,
        object,
        count(*) as mapped_fields,
        count(has_vanished) as known_fields,
        coalesce({{ joined_text('field', ', ', 'has_vanished') }}, 'none') as vanished_fields,
        coalesce(
            {{ joined_text('field', ', ', 'has_vanished is null') }}, 'none'
        ) as unknown_fields

    from described

    group by source, object

)

select * from measured
