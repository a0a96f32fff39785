{# Questions about values: systems contradict each other on a field that the matrix marks needs_review, and no steward has
   answered, or the systems say something else since.

   tables  entity -> [its conflicts, what stewards decided about its values] #}
{% macro contradiction_rows(tables) %}
    {%- for entity, (conflicts, answers) in tables.items() %}
    {%- set of_person = entity == 'customer' %}
    {%- set id = 'conflicts.' ~ entity ~ '_id' %}
    select
        {{ dbt.hash("'conflict:" ~ ('' if of_person else entity ~ ':') ~ "' || " ~ id ~ " || ':' || conflicts.field") }} as item_id,
        'conflict' as kind,
        {{ id if of_person else 'cast(null as string)' }} as customer_id,
        {{ 'conflicts.field' if of_person else "'" ~ entity ~ ".' || conflicts.field" }} as field,
        {{ "''" if of_person else "'" ~ entity ~ " ' || " ~ id ~ " || ': '" }}
        || coalesce(max(conflicts.canonical_source) || '=' || max(conflicts.canonical_value), 'a blank')
        || ' stands; ' || {{ joined_text("conflicts.source || '=' || conflicts.source_value", '; ') }} as candidates,
        max(conflicts.since) as opened_at
    from {{ conflicts }} as conflicts
    left join {{ answers }} as answers
        on {{ id }} = answers.{{ entity }}_id
        and conflicts.field = answers.field
    where
        conflicts.field in ({{ reviewed_fields(entity) }})
        and conflicts.status in ('overruled', 'stale', 'not_owner')
        and not coalesce(answers.is_seen and (answers.holds or answers.kind = 'accepted'), false)
    group by {{ id }}, conflicts.field
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}

{# The fields of an entity that the matrix marks needs_review, as texts of SQL; null where it marks none. #}
{% macro reviewed_fields(entity) -%}
    {%- set marked = [] -%}
    {%- for field, policy in ownership(entity).items() if policy.needs_review -%}
        {%- do marked.append("'" ~ field ~ "'") -%}
    {%- endfor -%}
    {{ marked | join(', ') or 'null' }}
{%- endmacro %}
