{# Twelve hexadecimal digits that change when a decision can change: the matrix (without `why` and `steward`),
   the field map, the identity rules and the contents of the policy seeds. #}
{% macro policy_version() %}
    {% set lines = [] %}
    {% for entity, matrix in var('ownership').items() %}
        {% for field, line in matrix.items() %}
            {% set decisive = {} %}
            {% for key, value in line.items() if key not in ('why', 'steward') %}
                {% do decisive.update({key: value}) %}
            {% endfor %}
            {% do lines.append([entity, field, decisive]) %}
        {% endfor %}
    {% endfor %}
    {% set seeds = [] %}
    {% for node in (graph.nodes or {}).values() if node.resource_type == 'seed' %}
        {% do seeds.append([node.name, node.checksum.checksum]) %}
    {% endfor %}
    {% set policy = [lines, var('field_map'), var('identity'), seeds | sort] %}
    {{ return(local_md5(tojson(policy, sort_keys=true))[:12]) }}
{% endmacro %}
