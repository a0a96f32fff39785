{# One row per mapped field, or deletion flag, that changed on a record of a source object after it was first seen. #}
{% macro field_changes(entity, system, object) %}
    {%- set cells = mapped_cells(entity, system, object) %}

with

source as (

    select * from {{ raw_relation(system, object) }}

),

repeated as (

    select _record_id from source
    group by _record_id
    having count(*) > 1

),

compared as (

    select
        source._record_id,
        source._stamp,
        source._extract_id,
        source._sync_seq,
        source._is_deleted,
        lag(source._is_deleted) over record_history as was_deleted,
        {%- for cell in cells %}
        source.{{ cell.column }},
        {{ previous_known('source.' ~ cell.column, 'record_history') }} as {{ cell.column }}_before{{ "," if not loop.last }}
        {%- endfor %}

    from source

    inner join repeated
        on source._record_id = repeated._record_id

    window record_history as (
        partition by source._record_id order by source._sync_seq nulls last, source._stamp nulls last, source._extract_id nulls last
    )

),

changed as (
    {% for cell in cells %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        _record_id as source_record_id,
        '{{ cell.name }}' as field,
        nullif({{ cell.column }}_before, '') as old_value,
        nullif({{ cell.column }}, '') as new_value,
        _stamp as source_changed_at,
        _extract_id as extract_id,
        _sync_seq as sync_seq
    from compared
    where {{ cell.column }}_before is not null and {{ cell.column }} != {{ cell.column }}_before
    union all
    {%- endfor %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        _record_id as source_record_id,
        '{{ {"salesforce": "IsDeleted", "hubspot": "archived"}.get(system, "is_deleted") }}' as field,
        case when was_deleted then 'true' else 'false' end as old_value,
        case when _is_deleted then 'true' else 'false' end as new_value,
        _stamp as source_changed_at,
        _extract_id as extract_id,
        _sync_seq as sync_seq
    from compared
    where was_deleted is not null and _is_deleted != was_deleted

)

select * from changed
{%- endmacro %}
