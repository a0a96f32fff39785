{# A source's own field metadata as one row per version of a field: what ops.data_dictionary and schema_changes read. #}
{% macro staged_metadata(system) %}

with

versions as (

    select * from {{ source(system, 'fields') }}

),

renamed as (

    select distinct
        ---------- ids
        _record_id as field_id,
        _sync_seq as sync_seq,

        ---------- text
        '{{ system }}' as source,
        object,
        field,
        label,
        type,
        nullif(picklist_values, '') as picklist_values,

        ---------- booleans
        is_required = 'true' as is_required,
        is_writable = 'true' as is_writable,
        is_calculated = 'true' as is_calculated,
        not _is_deleted as is_present

    from versions

)

select * from renamed
{%- endmacro %}
