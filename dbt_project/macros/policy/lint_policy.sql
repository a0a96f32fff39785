{# Fails `dbt parse` where the policy says something that cannot be meant: names the line, the bad value and the legal ones.

   marts.field_ownership calls it, so every parse does; so does each macro that would trip over such a line before it,
   with a message about itself. Only at parse: a unit test may override the matrix with the one line that it is about. #}
{% macro lint_policy() %}
    {% if not execute %}
        {% do lint_identity() %}
        {% do lint_health() %}
        {% do lint_retention() %}
        {% for entity, stated in var('ownership').items() %}
            {% set matrix = ownership(entity) %}
            {% set types = canonical_types(entity) %}
            {% for field, line in matrix.items() %}
                {% set where = 'ownership.' ~ entity ~ '.' ~ field %}
                {% for key in stated[field] %}
                    {% do require_one_of('A key of ' ~ where, key, [
                        'rule', 'sources', 'blank', 'group', 'order', 'trust', 'follows', 'max_age', 'when', 'fallback', 'validate',
                        'needs_review', 'override', 'steward', 'why',
                    ]) %}
                {% endfor %}
                {% do require_whole_preset(where, stated[field], line) %}
                {% do require_rule(where, line) %}
                {% do require_known_sources(where, line) %}
                {% do require_one_of(where ~ '.blank', line.blank or 'fall_through', ['fall_through', 'keep_blank', 'clear']) %}
                {% do require_one_of(where ~ '.override', line.override or 'always', ['always', 'until_source_changes']) %}
                {% do require_known_clearing(entity, field, line) %}
                {% do require_age(where, line) %}
                {% do require_condition(where, field, line, matrix, types) %}
                {% do require_fallback(where, field, line, matrix, types) %}
                {% do require_validation(where, line, canonical_line(entity, field)) %}
                {% do require_same_line_in_group(entity, field, line, matrix) %}
                {% do require_parameters(where, line) %}
                {% do require_fitting_rule(where, line, types[field]) %}
                {% do require_followed_field(where, field, line, matrix) %}
                {% do require_whole_consent(entity, field, line) %}
                {% do require_chance(entity, field, line, matrix) %}
            {% endfor %}
            {% do require_owned(entity, matrix) %}
            {% do require_map_lines(entity) %}
            {% do require_lists(entity, matrix) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# Every field that the map fills has a line in the matrix. #}
{% macro require_owned(entity, matrix) %}
    {% for system, objects in var('field_map')[entity].items() %}
        {% for object, lines in objects.items() %}
            {% for name, line in lines.items() if line.to not in matrix %}
                {{ exceptions.raise_compiler_error(
                    "field_map." ~ entity ~ "." ~ system ~ "." ~ object ~ "." ~ name ~ " fills '" ~ line.to
                    ~ "', which nobody owns. Add a line ownership." ~ entity ~ "." ~ line.to ~ " with its rule and sources."
                ) }}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# A line of the field map says what staging understands, and no two lines of an object fill one field. #}
{% macro require_map_lines(entity) %}
    {% for system, objects in var('field_map')[entity].items() %}
        {% for object, lines in objects.items() %}
            {% set filled = [] %}
            {% for name, line in lines.items() %}
                {% set where = 'field_map.' ~ entity ~ '.' ~ system ~ '.' ~ object ~ '.' ~ name %}
                {% for key in line %}
                    {% do require_one_of('A key of ' ~ where, key, ['to', 'type', 'normalize', 'through', 'else']) %}
                {% endfor %}
                {% do require_one_of(
                    where ~ '.type', line.type, ['string', 'boolean', 'date', 'timestamp', 'double', 'bigint']
                ) %}
                {% do require_one_of(
                    where ~ '.normalize', line.normalize or 'lower', ['email', 'phone', 'domain', 'list', 'lower', 'picklist']
                ) %}
                {% if line.normalize == 'picklist' and (line.type != 'string' or line.through or line.else) %}
                    {{ exceptions.raise_compiler_error(
                        where ~ ".normalize is picklist, which names a text of the record itself: write `type: string`, and neither `through` nor `else`."
                    ) }}
                {% endif %}
                {% if line.to in filled %}
                    {{ exceptions.raise_compiler_error(
                        where ~ " fills '" ~ line.to ~ "', which another field of " ~ object
                        ~ " fills already. Keep one of the two lines."
                    ) }}
                {% endif %}
                {% do filled.append(line.to) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{% macro require_one_of(where, value, legal) %}
    {% if value not in legal %}
        {{ exceptions.raise_compiler_error(where ~ " must be one of " ~ legal | join(', ') ~ "; it says '" ~ value ~ "'.") }}
    {% endif %}
{% endmacro %}

{% macro require_rule(where, line) %}
    {% set rules = [
        'aggregation', 'all_true', 'any_true', 'consent_latest_explicit', 'consent_most_restrictive', 'frequency', 'longest',
        'max_value', 'min_value', 'monotonic', 'oldest_value', 'other_attribute_winner', 'owner_only', 'recency', 'shortest',
        'source_priority', 'trust_score', 'unanimous_or_null',
    ] %}
    {% set presets = ['prefer_<system>_unless_blank', 'always_use_<system>', 'two_way', 'dont_sync'] %}
    {% do require_one_of(where ~ '.rule', line.rule, rules + presets) %}
    {% if line.rule == 'owner_only' and line.sources | length != 1 %}
        {{ exceptions.raise_compiler_error(
            where ~ ".rule is owner_only: `sources` must name the one owner; it names " ~ line.sources | join(', ')
            ~ ". For a ranked list write `rule: source_priority`."
        ) }}
    {% endif %}
    {% set consent = modules.re.search('opted?_out|unsubscribed|consent', where.split('.')[-1]) %}
    {% if consent and not line.rule.startswith('consent_') %}
        {{ exceptions.raise_compiler_error(
            where ~ " is consent: write `rule: consent_most_restrictive`; '" ~ line.rule ~ "' could lose an opt-out."
        ) }}
    {% endif %}
{% endmacro %}

{# An opt-out binds whoever says it: a consent field lists every system that the map lets state it. #}
{% macro require_whole_consent(entity, field, line) %}
    {% for system, objects in var('field_map')[entity].items() if line.rule.startswith('consent_') %}
        {% for lines in objects.values() if field in lines.values() | map(attribute='to') and system not in line.sources %}
            {{ exceptions.raise_compiler_error(
                "ownership." ~ entity ~ "." ~ field ~ ".sources leaves out " ~ system ~ ", which states it in field_map."
                ~ entity ~ "." ~ system ~ ": add it, or an opt-out there is lost."
            ) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{% macro require_known_sources(where, line) %}
    {% set known = [] %}
    {% for systems in var('field_map').values() %}
        {% do known.extend(systems.keys()) %}
    {% endfor %}
    {% if not line.sources %}
        {{ exceptions.raise_compiler_error(where ~ " has no owner: add `sources: [first, …]`.") }}
    {% endif %}
    {% for source in line.sources %}
        {% do require_one_of(where ~ '.sources', source, known | unique | sort) %}
        {% if line.sources.count(source) > 1 %}
            {{ exceptions.raise_compiler_error(where ~ ".sources names " ~ source ~ " more than once: keep its first place.") }}
        {% endif %}
    {% endfor %}
    {% if line.rule != 'source_priority' and line.ranks | length < line.sources | length %}
        {{ exceptions.raise_compiler_error(
            where ~ ".sources has a rank that systems share, which only source_priority knows: write `sources: ["
            ~ line.sources | join(', ') ~ "]`, or `rule: source_priority`."
        ) }}
    {% endif %}
{% endmacro %}

{% macro require_same_line_in_group(entity, field, line, matrix) %}
    {% for other, its in matrix.items() if line.group and its.group == line.group %}
        {% if (its.rule, its.ranks, its.blank, its.trust, its.follows) != (line.rule, line.ranks, line.blank, line.trust, line.follows) or its.max_age != line.max_age or its.override != line.override or its.when != line.when or its.fallback != line.fallback %}
            {{ exceptions.raise_compiler_error(
                "ownership." ~ entity ~ ": '" ~ field ~ "' and '" ~ other ~ "' are in group '" ~ line.group
                ~ "' and move together: give both the same rule, sources and blank."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
