{# A small source object as one row per record: the latest known text of a few columns, blanks as null. #}
{% macro staged_lookup(system, object, id, columns) %}

with

versions as (

    select
        *,
        row_number() over (
            partition by _record_id order by _sync_seq nulls last, _stamp nulls last, _extract_id nulls last
        ) as version_number

    from {{ raw_relation(system, object) }}

),

latest as (

    select
        _record_id as {{ id }},
        {%- for name, column in columns.items() %}
        nullif(max_by({{ column }}, version_number) filter (where {{ column }} is not null), '') as {{ name }},
        {%- endfor %}
        max_by(_is_deleted, version_number) as is_deleted

    from versions

    group by _record_id

)

select * from latest
{%- endmacro %}
