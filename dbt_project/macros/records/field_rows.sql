{# The canonical row taken apart: one row per customer and owned field, with the winning record and its clock.

   Reads the same ranks as the canonical row itself, so the two cannot disagree. A record that won may be another customer's: an
   opt-out that a split copied. #}
{% macro field_rows(entity, ranked, decided, conflicts) %}
    {%- set id = entity ~ '_id' %}
    {%- do kept_by(id, reopened_model(entity)) %}
with

ranked as (

    select * from {{ ranked }}

),

decided as (

    select * from {{ decided }}

),

contested as (

    select distinct
        conflicts.{{ id }},
        conflicts.field

    from {{ conflicts }} as conflicts

    {{ only_touched(reopened_model(entity), {id: 'conflicts.' ~ id}) }}

    where conflicts.status in ('overruled', 'stale', 'not_owner')

),

cells as (
    {% for field, policy in ownership(entity).items() %}
    {{ field_cell(entity, field, policy) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

flagged as (

    select
        cells.{{ id }},
        cells.field,
        cells.value,
        cells.source,
        cells.object,
        cells.source_record_id,
        cells.rule,
        cells.changed_at,
        cells.clock,
        cells.contributors,
        contested.field is not null as is_contested

    from cells

    left join contested
        on cells.{{ id }} = contested.{{ id }}
        and cells.field = contested.field

)

select * from flagged
{%- endmacro %}

{# One field of every customer with the winner's record and clock; of a set, the clock of the member that changed last, and a
   record only where a single one contributed. #}
{% macro field_cell(entity, field, policy) -%}
    {%- set id = entity ~ '_id' -%}
    select
        decided.{{ id }},
        '{{ field }}' as field,
        {%- if is_combined(policy) %}
        {{ sorted_list(joined_text('ranked.' ~ field, ';')) }} as value,
        {{ joined_text('ranked.source', ';') }} as source,
        case when count(ranked.record_key) = 1 then max(ranked.object) end as object,
        case when count(ranked.record_key) = 1 then max(ranked.source_record_id) end as source_record_id,
        case when max(ranked.source) = 'steward' then 'override' else '{{ policy.rule }}' end as rule,
        max(ranked.{{ field }}_changed_at) as changed_at,
        max_by(ranked.{{ field }}_clock, ranked.{{ rank_column(field, policy) }}) as clock,
        {{ joined_text('ranked.record_key', ' ') }} as contributors
        {%- else %}
        cast(ranked.{{ field }} as string) as value,
        ranked.source,
        ranked.object,
        ranked.source_record_id,
        {{ deciding_rule(field, policy) }} as rule,
        ranked.{{ field }}_changed_at as changed_at,
        ranked.{{ field }}_clock as clock,
        ranked.source || ':' || ranked.object || ':' || ranked.source_record_id as contributors
        {%- endif %}
    from decided
    left join ranked
        on decided.{{ id }} = ranked.{{ id }}
        and {{ has_won(field, policy) }}
    {%- if is_combined(policy) %}
    group by decided.{{ id }}
    {%- endif %}
{%- endmacro %}

{# What decided a field: a steward, the field that it falls back to, or its rule. #}
{% macro deciding_rule(field, policy) -%}
    case
            when ranked.source = 'steward' then 'override'
            {%- if policy.fallback %}
            when ranked.{{ field }}_falls_back then 'fallback'
            {%- endif %}
            else '{{ policy.rule }}'
        end
{%- endmacro %}
