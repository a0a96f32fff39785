{# Fails `dbt parse` where a rule cannot do anything with a field: its type, its group, its blanks; see lint_policy. #}
{% macro require_fitting_rule(where, line, type) %}
    {% set rule = line.rule %}
    {% if type == 'boolean' and rule in ('max_value', 'min_value') %}
        {{ exceptions.raise_compiler_error(
            where ~ " is a boolean: write `rule: " ~ ('any_true' if rule == 'max_value' else 'all_true') ~ "` instead of " ~ rule ~ "."
        ) }}
    {% endif %}
    {% set needed = {
        'any_true': 'boolean', 'all_true': 'boolean', 'consent_most_restrictive': 'boolean', 'consent_latest_explicit': 'boolean',
        'longest': 'string', 'shortest': 'string', 'aggregation': 'string', 'monotonic': 'string',
    }.get(rule, type) %}
    {% if type != needed %}
        {{ exceptions.raise_compiler_error(
            where ~ ".rule is " ~ rule ~ ", which decides a " ~ needed ~ "; field_map says " ~ type
            ~ ". Write another rule, or `type: " ~ needed ~ "` there."
        ) }}
    {% endif %}
    {% set whole = [
        'source_priority', 'owner_only', 'recency', 'oldest_value', 'frequency', 'trust_score', 'other_attribute_winner',
    ] %}
    {% if line.group and rule not in whole %}
        {{ exceptions.raise_compiler_error(
            where ~ " is in group '" ~ line.group ~ "', which moves as a whole, and " ~ rule
            ~ " looks at single values: write one of " ~ whole | join(', ') ~ "."
        ) }}
    {% endif %}
    {% if line.blank in ('keep_blank', 'clear') and rule in ('max_value', 'min_value', 'longest', 'shortest', 'aggregation') %}
        {{ exceptions.raise_compiler_error(where ~ ".blank: no blank can win under " ~ rule ~ "; write `blank: fall_through`.") }}
    {% endif %}
{% endmacro %}

{# Some source that a line lists can fill the field, or one that moves with it. #}
{% macro require_chance(entity, field, line, matrix) %}
    {% set members = [] %}
    {% for other, its in matrix.items() if other == field or (line.group and its.group == line.group) %}
        {% do members.append(other) %}
    {% endfor %}
    {% set filling = [] %}
    {% for system, objects in var('field_map')[entity].items() %}
        {% for lines in objects.values() %}
            {% for to in lines.values() | map(attribute='to') if to in members %}
                {% do filling.append(system) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {% if line.sources | select('in', filling) | list | length == 0 %}
        {{ exceptions.raise_compiler_error(
            "ownership." ~ entity ~ "." ~ field ~ " can never have a value: field_map has no line that fills it from "
            ~ line.sources | join(' or ') ~ ". Write `sources` with one of " ~ filling | unique | sort | join(', ') ~ ", or add such a line."
        ) }}
    {% endif %}
{% endmacro %}

{# A set joins its members by `;`, so that each value that goes into one is a set already. #}
{% macro require_lists(entity, matrix) %}
    {% for system, objects in var('field_map')[entity].items() %}
        {% for object, lines in objects.items() %}
            {% for name, line in lines.items() if is_combined(matrix[line.to]) and line.normalize != 'list' %}
                {{ exceptions.raise_compiler_error(
                    "ownership." ~ entity ~ "." ~ line.to ~ ".rule is aggregation: add `normalize: list` to field_map." ~ entity ~ "."
                    ~ system ~ "." ~ object ~ "." ~ name ~ ", so that a value with `;` in it is a set there too."
                ) }}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# What a preset says of blanks is what its name means; only two_way may leave clearings out. #}
{% macro require_whole_preset(where, stated, line) %}
    {% if stated.rule == 'dont_sync' and stated.sources | length != 1 %}
        {{ exceptions.raise_compiler_error(
            where ~ ".rule is dont_sync: `sources` must name the one system whose value is shown, and nobody else's ever."
        ) }}
    {% endif %}
    {% if stated.blank and line.rule != stated.rule and stated.rule != 'two_way' %}
        {{ exceptions.raise_compiler_error(
            where ~ ".blank: what " ~ stated.rule ~ " does with blanks is in its name; remove it, or write `rule: source_priority`."
        ) }}
    {% endif %}
{% endmacro %}

{# Whether a value was cleared is known of a record's own field only: one that stands elsewhere may just not be there. #}
{% macro require_known_clearing(entity, field, line) %}
    {% for system, objects in var('field_map')[entity].items() if line.blank == 'clear' and system in line.sources %}
        {% for object, lines in objects.items() %}
            {% for name, mapped in lines.items() if mapped.to == field and (mapped.through or mapped.else) %}
                {{ exceptions.raise_compiler_error(
                    "ownership." ~ entity ~ "." ~ field ~ ".blank is clear, but field_map." ~ entity ~ "." ~ system ~ "." ~ object ~ "."
                    ~ name ~ " leads to another record, of which nobody knows whether it was cleared: write `blank: fall_through`."
                ) }}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# An age is a duration, and consent has none: an opt-out does not expire. #}
{% macro require_age(where, line) %}
    {% if line.max_age is defined and not duration_minutes(line.max_age) %}
        {{ exceptions.raise_compiler_error(
            where ~ ".max_age must be a duration such as P90D or PT12H; it says '" ~ line.max_age ~ "'."
        ) }}
    {% elif line.max_age and line.rule.startswith('consent_') %}
        {{ exceptions.raise_compiler_error(where ~ ".max_age: consent does not age, and an opt-out never expires; remove it.") }}
    {% endif %}
{% endmacro %}
