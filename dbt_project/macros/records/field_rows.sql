{# The canonical row taken apart: one row per customer and owned field, with the winning record and its clock.

   Reads the same ranks as the canonical row itself, so the two cannot disagree. #}
{% macro field_rows(entity, ranked, decided, conflicts) %}
    {%- set id = entity ~ '_id' %}
with

ranked as (

    select * from {{ ranked }}

),

decided as (

    select * from {{ decided }}

),

contested as (

    select distinct
        {{ id }},
        field

    from {{ conflicts }}

    where status in ('overruled', 'stale', 'not_owner')

),

cells as (
    {% for field, policy in ownership(entity).items() %}
    select
        decided.{{ id }},
        '{{ field }}' as field,
        cast(ranked.{{ field }} as string) as value,
        ranked.source,
        ranked.object,
        ranked.source_record_id,
        '{{ policy.rule }}' as rule,
        ranked.{{ field }}_changed_at as changed_at,
        ranked.{{ field }}_clock as clock
    from decided
    left join ranked
        on decided.{{ id }} = ranked.{{ id }}
        and decided.{{ rank_column(field, policy) }} = ranked.{{ rank_column(field, policy) }}
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
        contested.field is not null as is_contested

    from cells

    left join contested
        on cells.{{ id }} = contested.{{ id }}
        and cells.field = contested.field

)

select * from flagged
{%- endmacro %}
