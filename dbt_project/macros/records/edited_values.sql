{# What the records of customers for whom an integration user wrote say, and said, in the clocked fields: one row per record, field
   and value that it took, in canonical form (null: a blank).

   objects  [system, object] pairs, whose histories staging has
   What no history tells is known from the record as it is. A value that stands on another record takes no part. #}
{% macro edited_values(entity, records, crosswalk, objects) %}
    {%- set fields = echoing_fields(entity, objects) %}
    {%- set touched = reopened_model(entity) %}
    {%- do of_this_build(touched) %}
    {%- if not fields %}
select
    cast(null as string) as {{ entity }}_id,
    cast(null as string) as record_key,
    cast(null as string) as field,
    cast(null as string) as value,
    cast(null as timestamp) as held_from,
    cast(null as string) as clock,
    false as is_integration
where false
    {%- else %}
with

entries as (
    {% for system, object in objects %}
    select
        {{ record_key(system, object, 'source_record_id') }} as record_key,
        '{{ system }}.{{ object }}' as place,
        field,
        value,
        edited_at,
        is_integration and is_edit as is_integration
    from {{ history_model(system, object) }}
    where is_change
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

crosswalk as {{ narrowed_first() }} (

    select crosswalk.*

    from {{ crosswalk }} as crosswalk

    {{ only_touched(touched, {entity ~ '_id': 'crosswalk.' ~ entity ~ '_id'}) }}

),

suspected as (

    select distinct crosswalk.{{ entity }}_id

    from entries

    inner join crosswalk
        on entries.record_key = crosswalk.record_key

    where entries.is_integration

),

considered as (

    select
        crosswalk.{{ entity }}_id,
        records.*

    from {{ records }} as records

    inner join crosswalk
        on records.record_key = crosswalk.record_key

    inner join suspected
        on crosswalk.{{ entity }}_id = suspected.{{ entity }}_id

),

told as (

    select
        considered.{{ entity }}_id,
        entries.record_key,
        entries.field,
        {{ told_value(entity, objects) }} as value,
        entries.edited_at as held_from,
        'field_history' as clock,
        entries.is_integration

    from entries

    inner join considered
        on entries.record_key = considered.record_key

    where entries.field in ('{{ fields | join("', '") }}')

),

standing as (
    {% for field in fields %}
    select
        {{ entity }}_id,
        record_key,
        '{{ field }}' as field,
        cast({{ field }} as string) as value,
        {{ field }}_changed_at as held_from,
        {{ field }}_clock as clock,
        false as is_integration
    from considered
    where {{ field }}_clock != 'field_history' and {{ field }}_changed_at is not null
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

edited as (

    select * from told
    union all
    select * from standing

)

select * from edited
    {%- endif %}
{%- endmacro %}

{# The canonical fields of which echoes can be told: clocked, and said by the record itself. #}
{% macro echoing_fields(entity, objects) %}
    {% set fields = [] %}
    {% for system, object in objects %}
        {% for cell in clocked_cells(entity, system, object) if not cell.through and cell.field not in fields %}
            {% do fields.append(cell.field) %}
        {% endfor %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{# The text of an entry in the canonical form of its field, as text. #}
{% macro told_value(entity, objects) -%}
    {%- set country = 'considered.country_raw' if 'country' in ownership(entity) else 'null' -%}
    case
            {%- for system, object in objects %}
            {%- for cell in clocked_cells(entity, system, object) if not cell.through %}
            when entries.place = '{{ system }}.{{ object }}' and entries.field = '{{ cell.field }}'
                then cast({{ typed_value('entries.value', cell, country) }} as string)
            {%- endfor %}
            {%- endfor %}
        end
{%- endmacro %}
