{# The records of an entity that may say something else than when the last whole build ended: those of which there is something new in the
   log, those that show a value of another record which has, and those that were merged away, or are no longer. None where everything
   is made anew.

   records  list as unioned_records takes it
   merges   relation of (loser_key, winner_key)
   unioned  name of the model with unioned_records #}
{% macro restated_records(entity, records, merges, unioned) %}
with

there_before as (

    {{ rows_before(unioned, ['record_key', 'is_merged'], {'is_merged': 'boolean'}) }}

),

merged_before as (

    select record_key from there_before
    where is_merged

),

remerged as (

    select coalesce(merged_now.loser_key, merged_before.record_key) as record_key

    from {{ merges }} as merged_now

    full outer join merged_before
        on merged_now.loser_key = merged_before.record_key

    where merged_now.loser_key is null or merged_before.record_key is null

),
{% for record in records %}

{{ record.system }}_{{ record.object | lower }} as (
    {{ restated_ids(entity, record) }}

),
{% endfor %}

restated as (
    {% for record in records %}
    select
        '{{ record.system }}' as source,
        '{{ record.object }}' as object,
        source_record_id,
        {{ record_key(record.system, record.object, 'source_record_id') }} as record_key
    from {{ record.system }}_{{ record.object | lower }}
    union
    select
        '{{ record.system }}' as source,
        '{{ record.object }}' as object,
        records.{{ record.id }} as source_record_id,
        remerged.record_key
    from {{ record.model }} as records
    inner join remerged
        on {{ record_key(record.system, record.object, 'records.' ~ record.id) }} = remerged.record_key
    {% if not loop.last %}
    union
    {% endif %}
    {%- endfor %}
)

select
    *,
    {{ key_hash('record_key') }} as record_hash
from restated
{{- ' where false' if builds_whole() }}
{%- endmacro %}

{# The ids of a source object's records that may say something else. #}
{% macro restated_ids(entity, record) %}
    {%- set changed = ref(changed_model(record.system)) %}
    select source_record_id from {{ changed }}
    where object = '{{ record.object }}'
    {%- for cell in mapped_cells(entity, record.system, record.object) %}
    {%- if cell.through %}
    {%- set target = lookup(record.system, cell.through) %}
    union
    select records.{{ record.id }} from {{ record.model }} as records
    inner join {{ changed }} as changed
        on {{ 'records.' ~ cell.stored ~ ' = changed.source_record_id and ' if target.is_by_id }}changed.object = '{{ target.logged_as }}'
    {%- elif cell.else %}
    {%- set target = lookup(record.system, cell.else) %}
    union
    select pairs.{{ record.id }} from {{ ref('stg_' ~ record.system ~ '__' ~ record.object ~ '_' ~ cell.else.split('.')[0]) }} as pairs
    inner join {{ changed }} as changed
        on pairs.{{ target.key }} = changed.source_record_id
        and changed.object = '{{ target.logged_as }}'
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
