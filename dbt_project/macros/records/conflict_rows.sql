{# What every record that does not agree says, and why it lost: one row per customer, field and source record.

   status  merged_away     the record was merged or converted into another
           invalid         it says something that is no value of that field
           blank_at_owner  the first source in the list is blank, another's value stands
           not_owner       its system may not decide this field, or the record is not what the line asks for (`when`)
           format_only     the same value, written differently: not a disagreement
           stale           its value changed earlier (where time decides)
           overruled       another record ranks higher #}
{% macro conflict_rows(entity, ranked, decided) %}
    {%- set id = entity ~ '_id' %}
    {%- do kept_by(id, reopened_model(entity)) %}
with

ranked as (

    select * from {{ ranked }}

),

decided as (

    select * from {{ decided }}

),

-- asked before anything is gathered: most have one record, which says nothing against itself
contested as (

    select {{ id }}

    from ranked

    group by {{ id }}
    having count(*) > 1 or bool_or({{ something_invalid(entity) }})

),

-- a field at a time: all that every winner says of every field at once would not fit in memory
{%- for field, policy in ownership(entity).items() %}
{%- set won = has_won(field, policy) %}
{{ field }}_winners as (

    select
        decided.{{ id }},
        {{ canonical_value(field, policy) }} as {{ field }},
        max(ranked.{{ field }}_raw) filter (where {{ won }}) as {{ field }}_raw,
        max(ranked.{{ field }}_changed_at) filter (where {{ won }}) as {{ field }}_changed_at,
        {{ canonical_source(field, policy) if is_combined(policy) else 'max(ranked.source) filter (where ' ~ won ~ ')' }} as {{ field }}_source,
        max(ranked.record_key) filter (where {{ won }}) as {{ field }}_record_key

    from decided

    inner join contested
        on decided.{{ id }} = contested.{{ id }}

    inner join ranked
        on decided.{{ id }} = ranked.{{ id }}

    group by decided.{{ id }}

),
{% endfor %}
compared as (
    {% for field, policy in ownership(entity).items() %}
    select
        ranked.{{ id }},
        '{{ field }}' as field,
        cast(winners.{{ field }} as string) as canonical_value,
        winners.{{ field }}_source as canonical_source,
        ranked.source,
        ranked.object,
        ranked.source_record_id,
        coalesce(cast(ranked.{{ field }} as string), ranked.{{ field }}_raw) as source_value,
        {{ conflict_status(field, policy) }} as status,
        greatest(ranked.{{ field }}_changed_at, winners.{{ field }}_changed_at) as since
    from ranked
    inner join {{ field }}_winners as winners
        on ranked.{{ id }} = winners.{{ id }}
    where {{ has_lost(field, policy) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

conflicting as (

    select * from compared
    where status is not null

)

select * from conflicting
{%- endmacro %}

{# Whether a record is not among those that a field's value comes from. #}
{% macro has_lost(field, policy) -%}
    {%- if is_combined(policy) -%} (ranked.{{ rank_column(field, policy) }} is null or winners.{{ field }}_source = 'steward' and ranked.source != 'steward')
    {%- else -%} winners.{{ field }}_record_key is distinct from ranked.record_key
    {%- endif -%}
{%- endmacro %}

{# The first reason that holds why a record's value is not the canonical one; null where it agrees or says nothing. #}
{% macro conflict_status(field, policy) -%}
    case
            when ranked.{{ field }} is null and ranked.{{ field }}_raw is not null then 'invalid'
            when ranked.{{ field }} is null and ranked.source in ('{{ (policy.ranks | first) | join("', '") }}') and ranked.competes
                and ranked.{{ field }}_clock is not null and winners.{{ field }} is not null then 'blank_at_owner'
            when ranked.{{ field }} is null then null
            {%- if is_combined(policy) %}
            when {{ sorted_list("(winners." ~ field ~ " || ';' || ranked." ~ field ~ ")") }} = winners.{{ field }} then null
            {%- else %}
            when (ranked.{{ field }} is not distinct from winners.{{ field }})
                then case when (ranked.{{ field }}_raw is distinct from winners.{{ field }}_raw) then 'format_only' end
            {%- endif %}
            when ranked.is_merged or ranked.is_converted then 'merged_away'
            when not ranked.competes then null
            when ranked.source not in ('{{ policy.sources | join("', '") }}') then 'not_owner'
            {%- for other, values in (policy.when or {}).items() %}
            when not coalesce(cast(ranked.{{ other }} as string) in ({{ condition_texts(values) }}), false) then 'not_owner'
            {%- endfor %}
            when winners.{{ field }}_source = 'steward' then 'overruled'
            when {{ lost_by_age(field, policy) }} then 'stale'
            else 'overruled'
        end
{%- endmacro %}

{# Whether it was time that decided against a record: always under recency; under latest consent where the statement is older;
   under priority between sources that share a rank. #}
{% macro lost_by_age(field, policy) -%}
    {%- if policy.rule == 'recency' -%} true
    {%- elif policy.rule == 'consent_latest_explicit' -%} ranked.{{ field }}_changed_at <= winners.{{ field }}_changed_at
    {%- else -%}
    {%- set shared = [] -%}
    {%- for peers in policy.ranks if peers | length > 1 -%}
    {%- set named = "('" ~ peers | join("', '") ~ "')" -%}
    {%- do shared.append('(ranked.source in ' ~ named ~ ' and winners.' ~ field ~ '_source in ' ~ named ~ ')') -%}
    {%- endfor -%}
    {{ shared | join(' or ') or 'false' }}
    {%- endif -%}
{%- endmacro %}

{% macro something_invalid(entity) -%}
    {%- for field in ownership(entity) -%}
    ({{ field }} is null and {{ field }}_raw is not null){{ " or " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
