{# A steward's overrides in the shape of ranked records: they outrank every record, and are nobody's record. A group is
   overridden whole or not at all, and consent by an opt-out only. #}
{% macro overriding_records(entity, answers) %}
    {%- set id = entity ~ '_id' -%}
    {%- set matrix = ownership(entity) -%}
    {%- set columns = record_columns(entity) -%}
    {%- set own = {
        'record_key': "'steward:override:' || decision_id", 'source': "'steward'", 'object': "'override'",
        'source_record_id': 'decision_id', 'extract_id': 'cast(null as string)', 'first_sync_seq': 'cast(null as bigint)',
        'last_sync_seq': 'cast(null as bigint)', 'is_deleted': 'cast(null as boolean)', 'is_merged': 'false',
        'is_converted': 'false', 'is_bounced': 'false', 'modified_at': 'decided_at',
    } -%}
    select
        {{ id }},
        {%- for column in columns if column in own %}
        {{ own[column] }} as {{ column }},
        {%- endfor %}
        {%- for field, policy in matrix.items() %}
        {{ overriding_value(entity, field, policy) }} as {{ field }},
        {{ overriding_text(field) }} as {{ field }}_raw,
        case when {{ is_overridden(field) }} then 'observed' end as {{ field }}_clock,
        case when {{ is_overridden(field) }} then decided_at end as {{ field }}_changed_at,
        {%- if policy.rule.startswith('consent_') %}
        true as {{ field }}_is_visible,
        {%- endif %}
        {%- endfor %}
        false as competes,
        {%- for rank, line in rank_lines(entity).items() %}
        case when {{ overriding_claim(entity, line) }} then {{ override_rank() }} end as {{ rank }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ answers }}
    where holds
    group by {{ id }}, decision_id, decided_at
{%- endmacro %}

{# Beyond what any record's claim comes to: 2 to the power of 62. #}
{% macro override_rank() -%} 4611686018427387904 {%- endmacro %}

{% macro is_overridden(field) -%} coalesce(bool_or(field = '{{ field }}'), false) {%- endmacro %}

{% macro overriding_text(field) -%} max(case when field = '{{ field }}' then value end) {%- endmacro %}

{# What a decision says, in canonical form. Under `validate: flag` a text without one can be what stands today, and stay beside
   what was decided. #}
{% macro overriding_value(entity, field, policy) -%}
    {%- set text = overriding_text(field) -%}
    {%- set typed = typed_value(text, canonical_line(entity, field), 'null') -%}
    {{ 'coalesce(' ~ typed ~ ', ' ~ text ~ ')' if policy.validate == 'flag' else typed }}
{%- endmacro %}

{# All members are overridden, each by a blank or by a value of its type. #}
{% macro overriding_claim(entity, line) -%}
    {%- for member in line.members -%}
    {%- set typed = overriding_value(entity, member, ownership(entity)[member]) -%}
    {{ is_overridden(member) }} and
    {%- if line.policy.rule.startswith('consent_') %} coalesce({{ typed }}, false)
    {%- else %} (({{ typed }}) is not null or {{ overriding_text(member) }} is null)
    {%- endif -%}
    {{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The line of the field map that says which type and normal form a canonical field has. #}
{% macro canonical_line(entity, field) %}
    {% set lines = [] %}
    {% for objects in var('field_map')[entity].values() %}
        {% for mapped in objects.values() %}
            {% do lines.extend(mapped.values() | selectattr('to', 'equalto', field)) %}
        {% endfor %}
    {% endfor %}
    {{ return((lines | selectattr('normalize') | list + lines)[0]) }}
{% endmacro %}
