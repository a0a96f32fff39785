{# Fails `dbt parse` where the identity rules say something that cannot be meant; see lint_policy. #}
{% macro lint_identity() %}
    {% set policy = var('identity') %}
    {% set choices = {
        'role_mailboxes': ['block', 'match'],
        'plus_addressing': ['keep', 'fold'],
        'provider_rules': ['keep', 'fold'],
    } %}
    {% set numbers = ['name_edit_distance', 'max_records', 'max_emails', 'max_records_per_key'] %}
    {% for key in policy %}
        {% do require_one_of('A key of identity', key, choices.keys() | list + numbers + ['misspelt_last_name', 'external_id']) %}
    {% endfor %}
    {% for key, legal in choices.items() %}
        {% do require_one_of('identity.' ~ key, policy[key], legal) %}
    {% endfor %}
    {% for key in numbers %}
        {% do require_count('identity.' ~ key, policy[key], 0 if key == 'name_edit_distance' else 1) %}
    {% endfor %}
    {% do require_lengths('identity.misspelt_last_name', policy.misspelt_last_name) %}
    {% do require_external_ids(policy.external_id or {}) %}
{% endmacro %}

{# Lengths of names, each longer than the one before: another letter may only differ where there are more. #}
{% macro require_lengths(where, value) %}
    {% if value is string or value is mapping or value is not iterable %}
        {{ exceptions.raise_compiler_error(where ~ " must be a list of lengths of names, such as [3, 6]; it says '" ~ (value if value is not none else '') ~ "'.") }}
    {% endif %}
    {% for length in value %}
        {% do require_count(where ~ '[' ~ loop.index0 ~ ']', length, 2 if loop.first else value[loop.index0 - 1] + 1) %}
    {% endfor %}
{% endmacro %}

{% macro require_count(where, value, least) %}
    {% if value is not integer or value is boolean or value < least %}
        {{ exceptions.raise_compiler_error(
            where ~ " must be a whole number from " ~ least ~ " on; it says '" ~ (value if value is not none else '') ~ "'."
        ) }}
    {% endif %}
{% endmacro %}

{# `external_id` names objects that people are made of. #}
{% macro require_external_ids(external_id) %}
    {% set people = {'salesforce': ['Contact', 'Lead'], 'hubspot': ['contacts'], 'product': ['users']} %}
    {% for system, objects in external_id.items() %}
        {% do require_one_of('A key of identity.external_id', system, people.keys() | list) %}
        {% for object in objects %}
            {% do require_one_of('A key of identity.external_id.' ~ system, object, people[system]) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
