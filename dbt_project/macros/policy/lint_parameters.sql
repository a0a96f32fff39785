{# Fails `dbt parse` where a line of the matrix lacks what its rule needs, or says what no rule reads; see lint_policy. #}
{% macro require_parameters(where, line) %}
    {% set readers = {'order': 'monotonic', 'trust': 'trust_score', 'follows': 'other_attribute_winner'} %}
    {% set examples = {
        'order': '[lowest, …, highest]', 'trust': '{' ~ line.sources[0] ~ ': {max: 0 to 100}, …}', 'follows': 'another field',
    } %}
    {% for key, rule in readers.items() %}
        {% if line.rule == rule and not line[key] %}
            {{ exceptions.raise_compiler_error(where ~ ".rule is " ~ rule ~ ": add `" ~ key ~ ": " ~ examples[key] ~ "`.") }}
        {% elif line.rule != rule and line[key] is defined %}
            {{ exceptions.raise_compiler_error(
                where ~ "." ~ key ~ " is read by the rule " ~ rule ~ " only: remove it, or write `rule: " ~ rule ~ "`."
            ) }}
        {% endif %}
    {% endfor %}
    {% for stage in line.order or [] if line.order.count(stage) > 1 %}
        {{ exceptions.raise_compiler_error(where ~ ".order names '" ~ stage ~ "' more than once: keep its place.") }}
    {% endfor %}
    {% if line.rule == 'trust_score' %}
        {% do require_trust(where ~ '.trust', line) %}
    {% endif %}
{% endmacro %}

{# Every source that may win is trusted by a whole number, in a way that can be worked out. #}
{% macro require_trust(where, line) %}
    {% for source in line.trust if source not in line.sources %}
        {{ exceptions.raise_compiler_error(
            where ~ " says how far " ~ source ~ " is trusted, which `sources` does not list: list it there, or remove it here."
        ) }}
    {% endfor %}
    {% for source in line.sources %}
        {% if source not in line.trust %}
            {{ exceptions.raise_compiler_error(where ~ " says nothing of " ~ source ~ ": add `" ~ source ~ ": {max: 0 to 100}`.") }}
        {% endif %}
        {% set trust = line.trust[source] %}
        {% set here = where ~ '.' ~ source %}
        {% for key in trust %}
            {% do require_one_of('A key of ' ~ here, key, ['max', 'min', 'decay', 'period']) %}
        {% endfor %}
        {% do require_count(here ~ '.max', trust.max, 0) %}
        {% do require_count(here ~ '.min', trust.min or 0, 0) %}
        {% if not (trust.min or 0) <= trust.max <= 100 %}
            {{ exceptions.raise_compiler_error(
                here ~ " goes from " ~ trust.max ~ " to " ~ (trust.min or 0) ~ ": write 0 <= min <= max <= 100."
            ) }}
        {% endif %}
        {% do require_decay(here, trust) %}
    {% endfor %}
{% endmacro %}

{% macro require_decay(where, trust) %}
    {% do require_one_of(where ~ '.decay', trust.decay or 'none', ['none', 'linear', 'half_life']) %}
    {% if (trust.decay or 'none') == 'none' and trust.period %}
        {{ exceptions.raise_compiler_error(
            where ~ ".period is never read, since nothing decays: add `decay: linear` or `decay: half_life`, or remove it."
        ) }}
    {% elif (trust.decay or 'none') != 'none' and not duration_minutes(trust.period) %}
        {{ exceptions.raise_compiler_error(
            where ~ ".period must be a duration such as P90D or PT12H; it says '" ~ (trust.period or '') ~ "'."
        ) }}
    {% endif %}
{% endmacro %}

{# What follows another field follows one that has a winner, and in the end one that does not follow. #}
{% macro require_followed_field(where, field, line, matrix) %}
    {% if line.rule == 'other_attribute_winner' %}
        {% do require_one_of(where ~ '.follows', line.follows, matrix.keys() | list) %}
        {% set followed = matrix[line.follows] %}
        {% if is_combined(followed) %}
            {{ exceptions.raise_compiler_error(
                where ~ " follows '" ~ line.follows ~ "', a set that no record wins: follow another field."
            ) }}
        {% endif %}
        {% for source in line.sources if source not in followed.sources %}
            {{ exceptions.raise_compiler_error(
                where ~ ".sources names " ~ source ~ ", which cannot win '" ~ line.follows ~ "' and so never wins here: remove it, or add it to '"
                ~ line.follows ~ "'."
            ) }}
        {% endfor %}
        {% do require_no_circle(where, [field], matrix) %}
    {% endif %}
{% endmacro %}

{# The chain of fields from the first on; members of a group are one. #}
{% macro require_no_circle(where, chain, matrix) %}
    {% set last = matrix[chain[-1]] %}
    {% if last.rule == 'other_attribute_winner' and last.follows in matrix %}
        {% set next_rank = rank_column(last.follows, matrix[last.follows]) %}
        {% for earlier in chain if rank_column(earlier, matrix[earlier]) == next_rank %}
            {{ exceptions.raise_compiler_error(
                where ~ " follows itself: " ~ (chain + [last.follows]) | join(' → ') ~ ". Give one of them a rule that does not follow."
            ) }}
        {% endfor %}
        {% do require_no_circle(where, chain + [last.follows], matrix) %}
    {% endif %}
{% endmacro %}
