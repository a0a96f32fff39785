{# A source object as one row per record: the latest known text of a few columns, blanks as null. `is_kept` says of one that is not small
   that it is kept by deltas. #}
{% macro staged_lookup(system, object, id, columns, is_kept=false) %}
{%- if is_kept %}{% do kept_by_log(system, object, id) %}{% endif %}

with

versions as (

    select
        raw.*,
        row_number() over (
            partition by raw._record_id
            order by raw._sync_seq nulls last, raw._stamp nulls last, raw._extract_id nulls last
        ) as version_number

    from {{ raw_relation(system, object) }} as raw
    {%- if is_kept %}

    {{ only_changed(system, object, 'raw._record_id') }}
    {%- endif %}

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
