{# What the records whose newest version came with a sync that was not profiled yet say in each mapped field: source, object,
   canonical_field, sync_id, sync_seq, choices, value (null: blank), record_count. Expects the CTE news (source, object,
   canonical_field, choices, sync_id, sync_seq). One scan per object: by the counter of syncs a delta skips what lies before.

   A value is told only where its source lists the choices: whatever else stands in a field may be somebody's name. #}
{% macro profiled_rows() %}
    {%- set records = {'customer': customer_records(), 'company': company_records(), 'deal': deal_records()} %}
    {%- set selects = [] -%}
    {%- for entity in var('field_map') %}
    {%- for record in records[entity] if mapped_cells(entity, record.system, record.object) %}
    {%- do selects.append(profiled_object(entity, record, mapped_cells(entity, record.system, record.object))) %}
    {%- endfor %}
    {%- endfor %}
    {{- selects | join('\n    union all') }}
{%- endmacro %}

{% macro profiled_object(entity, record, cells) %}
    select
        news.source,
        news.object,
        news.canonical_field,
        news.sync_id,
        news.sync_seq,
        news.choices,
        case news.canonical_field
            {%- for cell in cells %}
            {%- set text = 'records.' ~ cell.field ~ '_raw' %}
            when '{{ entity }}.{{ cell.field }}' then case
                when {{ text }} is null then null
                {{ "when news.choices is not null then " ~ text if may_be_choice(cell) }}
                else '{{ untold() }}'
            end
            {%- endfor %}
        end as value,
        count(*) as record_count
    from {{ record.model }} as records
    inner join news
        on records.last_sync_seq = news.sync_seq
        and news.source = '{{ record.system }}'
        and news.object = '{{ record.object }}'
    where not records.is_deleted
    group by 1, 2, 3, 4, 5, 6, 7
{%- endmacro %}

{# Whether a field may have a list of choices: none that stands for a person, a number, a time or an address. #}
{% macro may_be_choice(cell) %}
    {{ return(cell.line.type in ('string', 'boolean') and (not cell.line.normalize or cell.line.normalize == 'picklist')) }}
{% endmacro %}

{# What stands for values that are not told, and for one that its source does not list. #}
{% macro untold() -%} (not told) {%- endmacro %}

{% macro unlisted() -%} (not listed) {%- endmacro %}

{# Of each object the newest 200 syncs that brought something stay: what is compared are 30 of them, and every sync copies all. #}
{% macro drop_old_profiles() %}
    delete from {{ this }}
    where exists (
        select 1
        from (
            select distinct
                source,
                object,
                sync_seq,
                dense_rank() over (partition by source, object order by sync_seq desc) as place
            from {{ this }}
        ) as placed
        where
            placed.place > 200
            and placed.source = {{ this.identifier }}.source
            and placed.object = {{ this.identifier }}.object
            and placed.sync_seq = {{ this.identifier }}.sync_seq
    )
{% endmacro %}
