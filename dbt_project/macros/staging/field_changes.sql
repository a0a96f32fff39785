{# One row per mapped field, or deletion flag, that changed on a record of a source object after it was first seen, dated by the
   source's own history where that tells of the change. Where retention has thinned out the log, what the old versions told is on record. #}
{% macro field_changes(entity, system, object) %}
    {%- set cells = mapped_cells(entity, system, object) %}

with

source as (

    select raw.*

    from {{ raw_relation(system, object) }} as raw

    {{ only_changed(system, object, 'raw._record_id') }}

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
        lag(source._stamp) over record_history as before_at,
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

seen as (
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
        _sync_seq as sync_seq,
        '{{ cell.field }}' as canonical_field,
        before_at
    from compared
    where {{ cell.column }}_before is not null and {{ cell.column }} != {{ cell.column }}_before
    union all
    {%- endfor %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        _record_id as source_record_id,
        '{{ deletion_flag(system) }}' as field,
        case when was_deleted then 'true' else 'false' end as old_value,
        case when _is_deleted then 'true' else 'false' end as new_value,
        _stamp as source_changed_at,
        _extract_id as extract_id,
        _sync_seq as sync_seq,
        cast(null as string) as canonical_field,
        before_at
    from compared
    where was_deleted is not null and _is_deleted != was_deleted

),

{{ pruned_changes(system, object, cells) }}

changed as (

    select seen.*

    from seen

    left join pruned
        on seen.source_record_id = pruned.source_record_id
        and seen.field = pruned.field
        and seen.extract_id = pruned.extract_id
        and (seen.source_changed_at is not distinct from pruned.source_changed_at)

    where pruned.source_record_id is null

    union all

    select * from pruned

),
{%- if keeps_history(system) %}

told as (

    select
        changed.source_record_id,
        changed.field,
        changed.extract_id,
        changed.source_changed_at,
        max(edits.edited_at) as told_at

    from changed

    inner join {{ history_model(system, object) }} as edits
        on changed.source_record_id = edits.source_record_id
        and changed.canonical_field = edits.field
        and trim(coalesce(changed.new_value, '')) = trim(edits.value)

    where edits.is_edit
        and edits.edited_at >= changed.before_at
        and edits.edited_at <= changed.source_changed_at

    group by changed.source_record_id, changed.field, changed.extract_id, changed.source_changed_at

),
{%- endif %}

dated as (

    select
        changed.source,
        changed.object,
        changed.source_record_id,
        changed.field,
        changed.old_value,
        changed.new_value,
        {%- if keeps_history(system) %}
        coalesce(told.told_at, changed.source_changed_at) as source_changed_at,
        case when told.told_at is null then 'observed' else 'field_history' end as clock,
        {%- else %}
        changed.source_changed_at,
        'observed' as clock,
        {%- endif %}
        changed.extract_id,
        changed.sync_seq

    from changed
    {%- if keeps_history(system) %}

    left join told
        on changed.source_record_id = told.source_record_id
        and changed.field = told.field
        and changed.extract_id = told.extract_id
        and changed.source_changed_at = told.source_changed_at
    {%- endif %}

)

select * from dated
{%- endmacro %}
