{# Fails `dbt parse` where the limits of health say something that cannot be meant; see lint_policy. #}
{% macro lint_health() %}
    {% set lines = var('health') %}
    {% set needed = health_checks() %}
    {% for check in lines %}
        {% do require_one_of('A line of health', check, needed.keys() | list) %}
    {% endfor %}
    {% for check, known in needed.items() %}
        {% set where = 'health.' ~ check %}
        {% if check not in lines %}
            {{ exceptions.raise_compiler_error(where ~ " is missing: write its limits, such as {warning: 5, critical: 50}, or its counts alone ({} where it has none).") }}
        {% endif %}
        {% for key in lines[check] %}
            {% do require_one_of('A key of ' ~ where, key, ['warning', 'critical'] + known.counts + (['objects'] if known.by else [])) %}
        {% endfor %}
        {% for key in known.counts %}
            {% do require_count(where ~ '.' ~ key, lines[check][key], 1) %}
        {% endfor %}
        {% do require_limits(where, lines[check]) %}
        {% for place, limits in (lines[check].objects or {}).items() %}
            {% do require_place(where, place, known.by) %}
            {% do require_limits(where ~ '.objects.' ~ place, limits) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# Limits are numbers, and what is critical is a warning before. #}
{% macro require_limits(where, limits) %}
    {% for severity in ['warning', 'critical'] if limits.get(severity) is not none %}
        {% if limits[severity] is not number or limits[severity] is boolean or limits[severity] < 0 %}
            {{ exceptions.raise_compiler_error(where ~ '.' ~ severity ~ " must be a number from 0 on; it says '" ~ limits[severity] ~ "'.") }}
        {% endif %}
    {% endfor %}
    {% if limits.warning is number and limits.critical is number and limits.warning > limits.critical %}
        {{ exceptions.raise_compiler_error(
            where ~ ".warning is " ~ limits.warning ~ ", beyond the limit of critical, " ~ limits.critical ~ ": write a smaller one, or leave it out."
        ) }}
    {% endif %}
{% endmacro %}

{# A place is a system of the field map, or one of its objects where the check looks at those: `salesforce.Contact`. #}
{% macro require_place(where, place, by) %}
    {% set systems = [] %}
    {% for each in var('field_map').values() %}
        {% do systems.extend(each.keys()) %}
    {% endfor %}
    {% do require_one_of('The system of ' ~ where ~ '.objects', place.split('.')[0], systems | unique | sort) %}
    {% if place.split('.') | length > by %}
        {{ exceptions.raise_compiler_error(
            where ~ ".objects." ~ place ~ ": this check looks at " ~ ('whole systems' if by == 1 else 'objects') ~ "; write `"
            ~ place.split('.')[:by] | join('.') ~ "`."
        ) }}
    {% endif %}
{% endmacro %}

{# Every line of the block: what its limits can differ by (0: nothing, 1: systems, 2: objects), and its further numbers. #}
{% macro health_checks() %}
    {{ return({
        'freshness': {'by': 2, 'counts': []},
        'suppressions': {'by': 2, 'counts': []},
        'last_success': {'by': 0, 'counts': []},
        'failures': {'by': 0, 'counts': ['runs']},
        'api_budget': {'by': 1, 'counts': []},
        'refused': {'by': 1, 'counts': []},
        'token_age': {'by': 1, 'counts': []},
        'unavailable': {'by': 1, 'counts': []},
        'lag': {'by': 2, 'counts': []},
        'duplicates': {'by': 1, 'counts': ['rows']},
        'clocks': {'by': 1, 'counts': []},
        'drop': {'by': 2, 'counts': ['runs']},
        'spike': {'by': 2, 'counts': []},
        'silence': {'by': 2, 'counts': ['runs']},
        'drift': {'by': 2, 'counts': ['rows']},
        'rejects': {'by': 2, 'counts': ['rows']},
        'null_shift': {'by': 2, 'counts': ['rows', 'runs']},
        'value_shift': {'by': 2, 'counts': ['rows']},
        'retyped': {'by': 0, 'counts': ['days']},
        'coverage': {'by': 1, 'counts': []},
        'segments': {'by': 1, 'counts': ['rows']},
        'orphans': {'by': 2, 'counts': ['rows']},
        'conflicts': {'by': 0, 'counts': ['rows']},
        'shrink': {'by': 2, 'counts': ['rows', 'records']},
        'review': {'by': 0, 'counts': []},
    }) }}
{% endmacro %}
