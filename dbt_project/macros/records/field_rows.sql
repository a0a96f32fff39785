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

-- a row per customer, so that nobody has to look up each of twenty cells among everybody's disagreements
contested as (

    select
        conflicts.{{ id }},
        {%- for field in ownership(entity) %}
        bool_or(conflicts.field = '{{ field }}') as {{ field }}{{ "," if not loop.last }}
        {%- endfor %}

    from {{ conflicts }} as conflicts

    {{ only_touched(reopened_model(entity), {id: 'conflicts.' ~ id}) }}

    where conflicts.status in ('overruled', 'stale', 'not_owner')
    group by conflicts.{{ id }}

),

judged as {{ read_once() }}(

    select
        decided.*,
        {%- for field in ownership(entity) %}
        coalesce(contested.{{ field }}, false) as {{ field }}_is_contested{{ "," if not loop.last }}
        {%- endfor %}

    from decided

    left join contested
        on decided.{{ id }} = contested.{{ id }}

),

-- every record beside what was decided, joined once for all fields: twenty joins would hold their tables at the same time
contending as {{ read_once() }}(

    select
        ranked.{{ id }},
        ranked.source,
        ranked.object,
        ranked.source_record_id,
        {%- for rank, line in rank_lines(entity).items() %}
        {{ has_won(line.field, line.policy) }} as {{ rank }}_won,
        {%- endfor %}
        {%- for field, policy in ownership(entity).items() %}
        ranked.{{ field }},
        ranked.{{ field }}_changed_at,
        ranked.{{ field }}_clock,
        {%- if policy.fallback %}
        ranked.{{ field }}_falls_back,
        {%- endif %}
        decided.{{ field }}_is_contested{{ "," if not loop.last }}
        {%- endfor %}

    from ranked

    inner join judged as decided
        on ranked.{{ id }} = decided.{{ id }}

),

cells as {{ read_once() }}(
    {% for field, policy in ownership(entity).items() %}
    {{ field_cell(entity, field, policy) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

-- side by side where the table is made: whoever looks for the cells of a thousand does not read everybody's ids
select * from cells
order by {{ id }} nulls last
{%- endmacro %}

{# One field of every customer with the winner's record and clock. #}
{% macro field_cell(entity, field, policy) -%}
    {%- set id = entity ~ '_id' -%}
    {%- if is_combined(policy) -%} {{ combined_cell(id, field, policy) }}
    {%- else -%}
    select
        ranked.{{ id }},
        '{{ field }}' as field,
        cast(ranked.{{ field }} as string) as value,
        ranked.source,
        ranked.object,
        ranked.source_record_id,
        {{ deciding_rule(field, policy) }} as rule,
        ranked.{{ field }}_changed_at as changed_at,
        ranked.{{ field }}_clock as clock,
        ranked.source || ':' || ranked.object || ':' || ranked.source_record_id as contributors,
        ranked.{{ field }}_is_contested as is_contested
    from contending as ranked
    where ranked.{{ rank_column(field, policy) }}_won
    union all
    -- nobody competes
    select
        decided.{{ id }},
        '{{ field }}' as field,
        cast(null as string) as value,
        cast(null as string) as source,
        cast(null as string) as object,
        cast(null as string) as source_record_id,
        '{{ policy.rule }}' as rule,
        cast(null as timestamp) as changed_at,
        cast(null as string) as clock,
        cast(null as string) as contributors,
        decided.{{ field }}_is_contested as is_contested
    from judged as decided
    where decided.{{ rank_column(field, policy) }} is null
    {%- endif %}
{%- endmacro %}

{# The same of a set: the clock of the member that changed last, and a record only where a single one contributed. #}
{% macro combined_cell(id, field, policy) -%}
    select
        decided.{{ id }},
        '{{ field }}' as field,
        {{ sorted_list(joined_text('ranked.' ~ field, ';')) }} as value,
        {{ joined_text('ranked.source', ';') }} as source,
        case when count(ranked.record_key) = 1 then max(ranked.object) end as object,
        case when count(ranked.record_key) = 1 then max(ranked.source_record_id) end as source_record_id,
        case when max(ranked.source) = 'steward' then 'override' else '{{ policy.rule }}' end as rule,
        max(ranked.{{ field }}_changed_at) as changed_at,
        max_by(ranked.{{ field }}_clock, ranked.{{ rank_column(field, policy) }}) as clock,
        {{ joined_text('ranked.record_key', ' ') }} as contributors,
        bool_or(decided.{{ field }}_is_contested) as is_contested
    from judged as decided
    left join ranked
        on decided.{{ id }} = ranked.{{ id }}
        and {{ has_won(field, policy) }}
    group by decided.{{ id }}
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
