{# The cells of a source object whose rule asks when their value changed: those the loaders read the history of
   (`canon.clocks` says the same to them; tests/dbt/test_clocks.py holds the two together). #}
{% macro clocked_cells(entity, system, object) %}
    {% set cells = [] %}
    {% for cell in mapped_cells(entity, system, object) if keeps_history(system) %}
        {% if is_clocked(entity, system, cell.field) or is_clocked_elsewhere(system, object ~ '.' ~ cell.field) %}
            {% do cells.append(cell) %}
        {% endif %}
    {% endfor %}
    {{ return(cells) }}
{% endmacro %}

{# Whether the line of a field asks when a system's value changed. #}
{% macro is_clocked(entity, system, field) %}
    {% set policy = ownership(entity).get(field) %}
    {{ return(policy is not none and policy is defined and system in policy.sources and asks_when(policy)) }}
{% endmacro %}

{# Whether a value stands in (`else`) for that of a field which asks: `companies.name`. #}
{% macro is_clocked_elsewhere(system, path) %}
    {% set found = [] %}
    {% for entity, systems in var('field_map').items() %}
        {% for lines in systems.get(system, {}).values() %}
            {% for line in lines.values() if line.else == path and is_clocked(entity, system, line.to) %}
                {% do found.append(line) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(found | length > 0) }}
{% endmacro %}

{# Whether a line of the matrix decides by the time of changes, and not only breaks its ties by it. #}
{% macro asks_when(policy) %}
    {% set by_clock = ['recency', 'oldest_value', 'trust_score', 'consent_latest_explicit'] %}
    {{ return(
        policy.rule in by_clock
        or policy.max_age is defined
        or policy.blank == 'clear'
        or (policy.rule == 'monotonic' and policy.sources | length > 1)
        or policy.ranks | length < policy.sources | length
    ) }}
{% endmacro %}
