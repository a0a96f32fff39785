{# What the sweeps of a source counted: one row per sync and object. dlt appends at least once; a doubled row says the
   same both times. #}
{% macro staged_counts(system) %}

with

source as (

    select * from {{ source(system, 'counts') }}

),

deduplicated as (

    select distinct
        '{{ system }}' as source,
        object,
        source_count,
        copy_count,
        missing,
        surplus,
        stale,
        _extract_id as extract_id,
        _sync_seq as sync_seq,
        counted_at

    from source

)

select * from deduplicated
{%- endmacro %}
