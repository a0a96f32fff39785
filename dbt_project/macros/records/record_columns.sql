{# The columns of a source record after staging, the same for every system: what identity and the rules work on. #}
{% macro record_columns(entity) %}
    {% set columns = [
        'record_key', 'source', 'object', 'source_record_id', 'extract_id',
        'first_sync_seq', 'last_sync_seq', 'is_deleted', 'is_merged', 'is_converted', 'is_bounced', 'modified_at',
    ] %}
    {% for field, policy in ownership(entity).items() %}
        {% do columns.extend([field, field ~ '_raw', field ~ '_clock', field ~ '_changed_at']) %}
        {% if policy.rule.startswith('consent_') %}
            {% do columns.append(field ~ '_is_visible') %}
        {% endif %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# Key of a source record within an entity: `salesforce:Contact:003…`. #}
{% macro record_key(system, object, id) -%}
    '{{ system }}:{{ object }}:' || {{ id }}
{%- endmacro %}
