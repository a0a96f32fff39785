{# HubSpot associations as one row per pair: the latest set of each from-record, taken apart. #}
{% macro staged_associations(table, from_id, to_id) %}

with

sets as (

    {{ latest_rows(source('hubspot', table)) }}

),

pairs as (

    select
        _record_id as {{ from_id }},
        primary_to_id,
        {{ split_rows('to_ids', ';') }} as {{ to_id }}

    from sets

    where to_ids != '' and not _is_deleted

),

flagged as (

    select
        {{ from_id }},
        {{ to_id }},
        coalesce({{ to_id }} = primary_to_id, false) as is_primary

    from pairs

)

select * from flagged
{%- endmacro %}

{# The latest version of every record of a raw table, all columns. #}
{% macro latest_rows(relation) %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by _record_id order by _sync_seq desc nulls last, _stamp desc nulls last, _extract_id desc nulls last
            ) as version_rank
        from {{ relation }}
    ) as ranked
    where version_rank = 1
{% endmacro %}
