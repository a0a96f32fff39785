{{ config(materialized='table', contract={'enforced': false}) }}

-- a table, as only a build brings deltas: the newest, as many as hold enough records, against the
-- thirty before them; a delta of five records says nothing, and waits for the next ones
with

mapped as (

    {{ mapped_rows() }}

),

live as (

    select
        source,
        object,
        live
    from {{ ref('measure_shrink') }}

),

profiles as (

    select * from {{ ref('field_profiles') }}

),

known as (

    select distinct
        source,
        object,
        canonical_field

    from profiles

),

extracts as (

    select distinct
        sync_seq,
        source,
        object,
        mode

    from {{ ref('sync_extracts') }}

),

read_objects as (

    select distinct
        source,
        object

    from extracts

),

deltas as (

    select
        sync_seq,
        source,
        object

    from extracts

    where mode = 'delta'

),

{{ shifted_blanks() }}

{{ shifted_values() }}

compared as (

    select
        mapped.source,
        mapped.object,
        mapped.canonical_field as field,
        shifted_blanks.records,
        shifted_blanks.blank_percent,
        shifted_blanks.usual_blank_percent,
        shifted_values.moved_value,
        shifted_values.moved_percent,
        shifted_values.usual_moved_percent,
        case
            when live.live > 0 and known.source is null then null
            else coalesce(shifted_blanks.points, 0)
        end as blank_points,
        case
            when live.live > 0 and known.source is null then null
            else coalesce(shifted_values.distance, 0)
        end as value_distance

    from mapped

    inner join read_objects
        on mapped.source = read_objects.source
        and mapped.object = read_objects.object

    left join live
        on mapped.source = live.source
        and mapped.object = live.object

    left join known
        on mapped.source = known.source
        and mapped.object = known.object
        and mapped.canonical_field = known.canonical_field

    left join shifted_blanks
        on mapped.source = shifted_blanks.source
        and mapped.object = shifted_blanks.object
        and mapped.canonical_field = shifted_blanks.canonical_field

    left join shifted_values
        on mapped.source = shifted_values.source
        and mapped.object = shifted_values.object
        and mapped.canonical_field = shifted_values.canonical_field

)

select * from compared
