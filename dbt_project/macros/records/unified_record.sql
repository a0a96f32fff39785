{# One source object in the shape of `record_columns`: look-ups followed, fields it does not have null.

   record  {system, object, model, id, converted?, bounced?, also?, where?}: staging model, its id column, SQL for the two
           flags, SQL of further text columns, SQL for records that are of this entity
   merges  relation of (loser_key, winner_key)
   also    the further text columns, null where the record has none #}
{% macro unified_record(entity, record, merges, also=[], touched=none) %}
    {%- set cells = {} -%}
    {%- set matrix = ownership(entity) -%}
    {%- for cell in mapped_cells(entity, record.system, record.object) -%}
        {%- do cells.update({cell.field: cell}) -%}
    {%- endfor %}

    select
        {{ record_key(record.system, record.object, 'records.' ~ record.id) }} as record_key,
        {{ key_hash(record_key(record.system, record.object, 'records.' ~ record.id)) }} as record_hash,
        '{{ record.system }}' as source,
        '{{ record.object }}' as object,
        records.{{ record.id }} as source_record_id,
        records.extract_id,
        records.first_sync_seq,
        records.last_sync_seq,
        (records.is_deleted or merged_away.loser_key is not null) as is_deleted,
        merged_away.loser_key is not null as is_merged,
        {{ record.converted or 'false' }} as is_converted,
        {{ record.bounced or 'false' }} as is_bounced,
        records.modified_at,
        {%- for column in also %}
        {{ (record.also or {}).get(column, 'cast(null as string)') }} as {{ column }},
        {%- endfor %}
        {%- for field, type in canonical_types(entity).items() %}
        {%- set last = loop.last %}
        {%- for column, expression in unified_field(field, matrix[field], type, cells.get(field)).items() %}
        {{ expression }} as {{ column }}{{ "," if not (loop.last and last) }}
        {%- endfor %}
        {%- endfor %}

    from {{ record.model }} as records

    {{ only_touched(
        touched,
        {'source_record_id': 'records.' ~ record.id},
        "touched.source = '" ~ record.system ~ "' and touched.object = '" ~ record.object ~ "'",
    ) }}

    left join {{ merges }} as merged_away
        on {{ record_key(record.system, record.object, 'records.' ~ record.id) }} = merged_away.loser_key
    {%- for field, cell in cells.items() %}
    {{- lookup_joins(record, cell) }}
    {{- picklist_join(entity, record, cell) }}
    {%- endfor %}
    {%- if record.where %}

    where {{ record.where }}
    {%- endif %}
{%- endmacro %}

{# Column -> SQL of one canonical field of a record: value, raw text, clock grade, clock. `policy` is its line. #}
{% macro unified_field(field, policy, type, cell) %}
    {% set from_record = {
        field: "cast(null as " ~ type ~ ")",
        field ~ '_raw': "cast(null as string)",
        field ~ '_clock': "cast(null as string)",
        field ~ '_changed_at': "cast(null as timestamp)",
    } %}
    {% if cell and cell.through %}
        {% set text = field ~ '_lookup.' ~ cell.through.split('.')[1] | lower %}
        {% do from_record.update({
            field: typed_value(text, cell.line, 'null'), field ~ '_raw': text,
            field ~ '_clock': 'records.' ~ field ~ '_clock', field ~ '_changed_at': 'records.' ~ field ~ '_changed_at',
        }) %}
    {% elif cell and cell.else %}
        {% set column = cell.else.split('.')[1] | lower %}
        {% set fallback = field ~ '_lookup.' ~ column %}
        {% do from_record.update({
            field: "coalesce(records." ~ field ~ ", " ~ fallback ~ ")",
            field ~ '_raw': "coalesce(records." ~ field ~ "_raw, " ~ fallback ~ ")",
        }) %}
        {% for part in ['_clock', '_changed_at'] %}
            {% do from_record.update({field ~ part:
                "case when records." ~ field ~ " is null and " ~ fallback ~ " is not null then "
                ~ fallback ~ part ~ " else records." ~ field ~ part ~ " end"
            }) %}
        {% endfor %}
    {% elif cell %}
        {% for column in from_record.keys() | list %}
            {% do from_record.update({column: 'records.' ~ column}) %}
        {% endfor %}
        {% if cell.normalize == 'picklist' %}
            {% do from_record.update({field: named_choice(field, policy)}) %}
        {% endif %}
        {% if policy.validate == 'flag' %}
            {% do from_record.update({field: 'coalesce(records.' ~ field ~ ', records.' ~ field ~ '_raw)'}) %}
        {% endif %}
    {% endif %}
    {% if policy.rule.startswith('consent_') %}
        {% do from_record.update({field ~ '_is_visible': 'records.' ~ field ~ '_is_visible' if cell else 'false'}) %}
    {% endif %}
    {{ return(from_record) }}
{% endmacro %}

{# The joins that a cell's `through` or `else` needs; an `else` goes by the primary association. #}
{% macro lookup_joins(record, cell) %}
    {%- if cell.through %}
    {%- set target = lookup(record.system, cell.through) %}

    left join {{ target.model }} as {{ cell.field }}_lookup
        on records.{{ cell.stored }} = {{ cell.field }}_lookup.{{ target.key }}
    {%- elif cell.else %}
    {%- set target = lookup(record.system, cell.else) %}

    left join {{ ref('stg_' ~ record.system ~ '__' ~ record.object ~ '_' ~ cell.else.split('.')[0]) }} as {{ cell.field }}_pairs
        on records.{{ record.id }} = {{ cell.field }}_pairs.{{ record.id }}
        and {{ cell.field }}_pairs.is_primary

    left join {{ target.model }} as {{ cell.field }}_lookup
        on {{ cell.field }}_pairs.{{ target.key }} = {{ cell.field }}_lookup.{{ target.key }}
    {%- endif %}
{%- endmacro %}
