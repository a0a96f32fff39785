{# ` customer.phone=<hash> … identity=<hash> `: of each field the hash of all lines of the matrix that decide it, and one of the
   identity rules with their seeds. What differs between two builds says whether a change is the policy's. #}
{% macro policy_lines() %}
    {% set parts = [] %}
    {% for entity in var('ownership') %}
        {% set matrix = ownership(entity) %}
        {% for field in matrix %}
            {% set lines = [] %}
            {% for name in deciding_fields(matrix, field) | sort %}
                {% set decisive = dict(matrix[name], why=none, steward=none) %}
                {% do lines.append([name, tojson(decisive, sort_keys=true)]) %}
            {% endfor %}
            {% do parts.append(entity ~ '.' ~ field ~ '=' ~ local_md5(lines | string)[:12]) %}
        {% endfor %}
    {% endfor %}
    {% set seeds = [] %}
    {% for node in (graph.nodes or {}).values() if node.resource_type == 'seed' %}
        {% do seeds.append(node.name ~ node.checksum.checksum) %}
    {% endfor %}
    {% do parts.append('identity=' ~ local_md5(tojson(var('identity'), sort_keys=true) ~ seeds | sort | join(' '))[:12]) %}
    {{ return(' ' ~ parts | join(' ') ~ ' ') }}
{% endmacro %}

{# A field, those that move together with it, and those that these follow, fall back to or ask about. #}
{% macro deciding_fields(matrix, field) %}
    {% set found = [field] %}
    {% for step in matrix %}
        {% for name in found | list %}
            {% set line = matrix[name] %}
            {% set named = [line.follows, line.fallback] + (line.when or {}).keys() | list %}
            {% for other in matrix if other not in found and (other in named or (line.group and matrix[other].group == line.group)) %}
                {% do found.append(other) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{# The hash of one part of such a text, in SQL; blank where it has none. A null must not come there: statistics of a null text make
   DuckDB 2.0 fail to bind ("BindBuiltinScalarFunction did not return …"). #}
{% macro policy_line(lines, name) -%} split_part(split_part(coalesce({{ lines }}, ''), ' {{ name }}=', 2), ' ', 1) {%- endmacro %}
