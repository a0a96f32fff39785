{# Opt-outs that a split copied, in the shape of records: what a record said by the time at which it left a customer, it said for
   that customer, too, whoever it belongs to now. One row per customer and record of another one. Such a row is no member of the
   customer and competes for consent only. It reads the CTE left_ones: whom a record left, and when. #}
{% macro copied_opt_outs(entity, records) %}
    {%- set id = entity ~ '_id' -%}
    {%- set copied = copied_columns(entity) %}
    select
        left_ones.other_{{ id }} as {{ id }},
        {%- for column in record_columns(entity) %}
        {{ copied.get(column, 'records.' ~ column) }} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ records }} as records
    inner join left_ones
        on records.record_key = left_ones.record_key
    where
        {% for field in consent_fields(entity) %}{{ was_said_before(field) }}{{ " or " if not loop.last }}{% endfor %}
{%- endmacro %}

{# Column -> SQL, where a copy is not what the record is: it has no value but its opt-outs, was not seen first or last, and deletes
   and restores nobody. #}
{% macro copied_columns(entity) %}
    {% set copied = {
        'record_key': "'split:' || left_ones.other_" ~ entity ~ "_id || ':' || records.record_key",
        'first_sync_seq': 'cast(null as bigint)', 'is_deleted': 'cast(null as boolean)', 'is_merged': 'true',
    } %}
    {% set consent = consent_fields(entity) %}
    {% for field, type in canonical_types(entity).items() %}
        {% for part, kind in {'': type, '_raw': 'string', '_clock': 'string', '_changed_at': 'timestamp'}.items() %}
            {% set column = field ~ part %}
            {% do copied.update({column:
                'case when ' ~ was_said_before(field) ~ ' then records.' ~ column ~ ' end' if field in consent
                else 'cast(null as ' ~ kind ~ ')'
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(copied) }}
{% endmacro %}

{# Whether a record that left says opted out, and did when it left. #}
{% macro was_said_before(field) -%}
    (records.{{ field }} and coalesce(records.{{ field }}_changed_at <= left_ones.parted_at, true))
{%- endmacro %}
