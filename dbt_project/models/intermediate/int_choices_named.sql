-- what systems call a choice, and what it is called here; a name that is used here is understood
-- from every system
with

picklists as (

    select
        entity || '.' || field as canonical_field,
        source,
        lower(value) as value,
        canonical_value

    from {{ ref('picklists') }}

),

stating as (

    {{ picklist_rows() }}

),

own_names as (

    select
        picklists.canonical_field,
        stating.source,
        lower(picklists.canonical_value) as value,
        max(picklists.canonical_value) as canonical_value

    from picklists

    inner join stating
        on picklists.canonical_field = stating.canonical_field

    group by picklists.canonical_field, stating.source, lower(picklists.canonical_value)

),

understood as (

    select own_names.*

    from own_names

    left join picklists
        on own_names.canonical_field = picklists.canonical_field
        and own_names.source = picklists.source
        and own_names.value = picklists.value

    where picklists.value is null

),

mapped as (

    select picklists.*

    from picklists

    inner join stating
        on picklists.canonical_field = stating.canonical_field
        and picklists.source = stating.source

),

named as (

    select * from mapped
    union all
    select * from understood

)

select * from named
