{# The field map of one source object, as cells: {name, column, field, type, normalize, through, else}.

   name    the field's API name                 column  its column in the raw log (lower-cased name)
   field   the canonical field it feeds         stored  the staging column: the field, or its key where the value stands elsewhere #}
{% macro mapped_cells(entity, source, object) %}
    {% set cells = [] %}
    {% for name, line in var('field_map')[entity].get(source, {}).get(object, {}).items() %}
        {% do cells.append({
            'name': name,
            'column': name | lower,
            'field': line.to,
            'stored': line.to ~ '_key' if line.through else line.to,
            'type': 'string' if line.through else line.type,
            'normalize': none if line.through else line.normalize,
            'line': line,
            'through': line.through,
            'else': line.else,
        }) %}
    {% endfor %}
    {{ return(cells) }}
{% endmacro %}
