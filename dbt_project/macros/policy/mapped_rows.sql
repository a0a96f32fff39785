{# The field map as rows: source field (as the policy spells it) -> canonical field (`entity.field`), its owner in the
   matrix, and whether the value may stand on another record than the one that has the field. #}
{% macro mapped_rows() %}
    {%- do lint_policy() %}
    {%- set rows = [] -%}
    {%- for entity, systems in var('field_map').items() %}
    {%- set matrix = ownership(entity) %}
    {%- for system, objects in systems.items() %}
    {%- for object in objects %}
    {%- for cell in mapped_cells(entity, system, object) %}
    {%- do rows.append([
        system, object, cell.name, entity ~ '.' ~ cell.field, matrix[cell.field].sources[0],
        'true' if cell.through or cell.else else 'false',
    ]) %}
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
        '{{ row[4] }}' as owner,
        {{ row[5] }} as is_looked_up
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# The source fields that the field map's `through` and `else` lead to, as rows. #}
{% macro looked_up_rows() %}
    {%- set rows = [] -%}
    {%- for entity, systems in var('field_map').items() %}
    {%- for system, objects in systems.items() %}
    {%- for object in objects %}
    {%- for cell in mapped_cells(entity, system, object) if cell.through or cell.else %}
    {%- do rows.append(system ~ '.' ~ (cell.through or cell.else)) %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- for row in rows | unique %}
    {%- set system, object, field = row.split('.') %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        '{{ field }}' as field
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        cast(null as string) as source,
        cast(null as string) as object,
        cast(null as string) as field
    where false
    {%- endfor %}
{%- endmacro %}
