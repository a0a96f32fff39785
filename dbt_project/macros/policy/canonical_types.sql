{# Canonical field -> column type of an entity, in the order of the ownership matrix.

   The type is what the field map says; every line that feeds a field must say the same. #}
{% macro canonical_types(entity) %}
    {% set mapped = {} %}
    {% for source, objects in var('field_map')[entity].items() %}
        {% for object, lines in objects.items() %}
            {% for name, line in lines.items() %}
                {% set where = entity ~ '.' ~ source ~ '.' ~ object ~ '.' ~ name %}
                {% if mapped.get(line.to, line.type) != line.type %}
                    {{ exceptions.raise_compiler_error(
                        "field_map." ~ where ~ " says '" ~ line.to ~ "' is " ~ line.type ~ ", another line says "
                        ~ mapped[line.to] ~ ". Write the same type on both."
                    ) }}
                {% endif %}
                {% do mapped.update({line.to: line.type}) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}

    {% set types = {} %}
    {% for field in ownership(entity) %}
        {% if field not in mapped %}
            {{ exceptions.raise_compiler_error(
                "ownership." ~ entity ~ "." ~ field ~ " has no line in field_map." ~ entity
                ~ ". Map at least one source field to it, so that its type is known."
            ) }}
        {% endif %}
        {% do types.update({field: mapped[field]}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}
