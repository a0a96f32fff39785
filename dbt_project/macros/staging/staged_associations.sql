{# HubSpot associations as one row per pair: the latest set of each from-record, taken apart. #}
{% macro staged_associations(table, from_id, to_id) %}
{%- do kept_by_log('hubspot', table.split('_')[0], from_id) %}

with

sets as (

    {{ latest_rows(source('hubspot', table), only_changed('hubspot', table.split('_')[0], 'versions._record_id')) }}

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

{# The latest version of every record of a raw table, all columns; `only` keeps some of its rows, which are `versions`. #}
{% macro latest_rows(relation, only='') %}
    select *
    from (
        select
            versions.*,
            row_number() over (
                partition by versions._record_id
                order by versions._sync_seq desc nulls last, versions._stamp desc nulls last, versions._extract_id desc nulls last
            ) as version_rank
        from {{ relation }} as versions
        {{ only }}
    ) as ranked
    where version_rank = 1
{% endmacro %}
