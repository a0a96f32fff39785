{# The field map as rows: source field (lower case) -> canonical field (`entity.field`) and its owner in the matrix. #}
{% macro mapped_rows() %}
    {%- do lint_policy() %}
    {%- set rows = [] -%}
    {%- for entity, systems in var('field_map').items() %}
    {%- set matrix = ownership(entity) %}
    {%- for system, objects in systems.items() %}
    {%- for object in objects %}
    {%- for cell in mapped_cells(entity, system, object) %}
    {%- do rows.append([system, object, cell.column, entity ~ '.' ~ cell.field, matrix[cell.field].sources[0]]) %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- for row in rows %}
    select
        '{{ row[0] }}' as source,
        '{{ row[1] }}' as object,
        '{{ row[2] }}' as field,
        '{{ row[3] }}' as canonical_field,
        '{{ row[4] }}' as owner
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
