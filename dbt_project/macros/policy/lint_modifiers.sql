{# Fails `dbt parse` where a modifier of a line can do nothing, or more than it may; see lint_policy. #}

{# `when` names fields whose values can be compared as texts; consent is nobody's to narrow. #}
{% macro require_condition(where, field, line, matrix, types) %}
    {% if line.when is defined and line.rule.startswith('consent_') %}
        {{ exceptions.raise_compiler_error(where ~ ".when: an opt-out binds whatever else its record says; remove it.") }}
    {% elif line.when is defined and (line.when is not mapping or not line.when) %}
        {{ exceptions.raise_compiler_error(where ~ ".when must name fields and their values, such as {lifecycle_stage: [customer]}.") }}
    {% endif %}
    {% for other, values in (line.when or {}).items() %}
        {% do require_one_of('A field of ' ~ where ~ '.when', other, matrix.keys() | list) %}
        {% if types[other] not in ('string', 'boolean') %}
            {{ exceptions.raise_compiler_error(
                where ~ ".when asks for " ~ other ~ ", a " ~ types[other] ~ ": only strings and booleans can be compared."
            ) }}
        {% elif not ([values] if values is string or values is not sequence else values) %}
            {{ exceptions.raise_compiler_error(where ~ ".when." ~ other ~ " allows no value, so that nobody ever wins: name one.") }}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# A field falls back to another of its type, by itself, where no blank of its own may stand. #}
{% macro require_fallback(where, field, line, matrix, types) %}
    {% if line.fallback is defined %}
        {% do require_one_of(where ~ '.fallback', line.fallback, matrix.keys() | reject('equalto', field) | list) %}
        {% set other = matrix[line.fallback] %}
        {% if types[field] != types[line.fallback] %}
            {{ exceptions.raise_compiler_error(
                where ~ ".fallback: " ~ field ~ " is a " ~ types[field] ~ ", " ~ line.fallback ~ " a " ~ types[line.fallback]
                ~ ": name a field of the same type."
            ) }}
        {% elif line.group or is_combined(line) or is_combined(other) or line.rule.startswith('consent_') or other.rule.startswith('consent_') %}
            {{ exceptions.raise_compiler_error(
                where ~ ".fallback: neither a field of a group, nor a set, nor consent falls back, and to a set or consent none does: remove it."
            ) }}
        {% elif line.blank in ('keep_blank', 'clear') %}
            {{ exceptions.raise_compiler_error(
                where ~ ".fallback never comes to bear where a blank stands: write `blank: fall_through`, or remove it."
            ) }}
        {% endif %}
        {% do require_no_fallback_circle(where, [field], matrix) %}
    {% endif %}
{% endmacro %}

{% macro require_no_fallback_circle(where, chain, matrix) %}
    {% set next = matrix[chain[-1]].fallback %}
    {% if next in chain %}
        {{ exceptions.raise_compiler_error(
            where ~ " falls back to itself: " ~ (chain + [next]) | join(' → ') ~ ". Remove one of these fallbacks."
        ) }}
    {% elif next and next in matrix %}
        {% do require_no_fallback_circle(where, chain + [next], matrix) %}
    {% endif %}
{% endmacro %}

{# Only a text can stand that is no value; by an e-mail address people are identified, so it has to be one. #}
{% macro require_validation(where, line, mapped) %}
    {% do require_one_of(where ~ '.validate', line.validate or 'null', ['null', 'flag', 'quarantine']) %}
    {% if line.validate == 'flag' and mapped.normalize not in ('phone', 'domain', 'picklist') %}
        {{ exceptions.raise_compiler_error(
            where ~ ".validate is flag, which lets a text stand that is no "
            ~ ('e-mail address, and people are identified by these' if mapped.normalize == 'email' else mapped.type)
            ~ ": write `validate: quarantine`."
        ) }}
    {% endif %}
{% endmacro %}
