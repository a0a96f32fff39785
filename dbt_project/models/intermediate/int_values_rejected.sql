{{ kept_by(['source', 'object', 'source_record_id'], 'int_records_restated') }}

-- values that say nothing usable, and ones that are used and look wrong; the record stays anyway
with

stated as (

    select * from {{ ref('int_values_stated') }}

),

stating as (

    {{ picklist_rows() }}

),

fields as (

    select * from {{ ref('int_fields_described') }}

    where is_present and not is_looked_up

),

-- live values of fields that have a say: what stands on another record is that record's business
described as (

    select
        stated.*,
        fields.is_required,
        case
            when fields.type in ('picklist', 'multipicklist', 'enumeration')
                then fields.picklist_values
        end as legal_values

    from stated

    inner join fields
        on stated.source = fields.source
        and stated.object = fields.object
        and stated.canonical_field = fields.canonical_field

    where not stated.is_deleted

),

-- what is no legal value as a whole, taken apart: several may be chosen
chosen as (

    select
        *,
        {{ split_rows('raw_value', ';') }} as member

    from described

    where not {{ is_listed('raw_value', 'legal_values') }}

),

-- a choice that the reviewed map does not name; where it must be one, it is no value already
unnamed as (

    select stated.*

    from stated

    inner join stating
        on stated.canonical_field = stating.canonical_field
        and stated.source = stating.source

    left join {{ ref('int_choices_named') }} as named
        on stated.canonical_field = named.canonical_field
        and stated.source = named.source
        and lower(stated.raw_value) = named.value

    where
        stated.raw_value is not null
        and not stated.is_unreadable
        and not stated.is_deleted
        and named.value is null

),

rejected as (

    select
        source,
        object,
        source_record_id,
        field,
        'no valid ' || kind || case when is_used then '; it is used' else '' end as reason,
        raw_value,
        sync_seq
    from stated
    where is_unreadable
    union all
    select
        source,
        object,
        source_record_id,
        field,
        'blank, and the source requires a value' as reason,
        '' as raw_value,
        sync_seq
    from described
    where is_blank and is_required
    union all
    select distinct
        source,
        object,
        source_record_id,
        field,
        'not among the values that the source lists now, unknown or retired; it is used' as reason,
        raw_value,
        sync_seq
    from chosen
    where trim(member) != '' and not {{ is_listed('trim(member)', 'legal_values') }}
    union all
    select
        source,
        object,
        source_record_id,
        field,
        'no line of seeds/picklists.csv names it; it is used' as reason,
        raw_value,
        sync_seq
    from unnamed

)

select * from rejected
