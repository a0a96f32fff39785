{# The objects from which an opt-out or a bounce is read: those that the field map lets feed a consent field; a bounce
   stands on the same records. A system of the map without any has one row that says so: `none`. #}
{% macro suppressing_rows() %}
    {%- do lint_policy() %}
    {%- set found = {} %}
    {%- for entity, systems in var('field_map').items() %}
    {%- for system, objects in systems.items() %}
    {%- do found.setdefault(system, []) %}
    {%- for object in objects %}
    {%- set cells = mapped_cells(entity, system, object) | selectattr('field', 'in', consent_fields(entity)) | list %}
    {%- if cells and object not in found[system] %}
    {%- do found[system].append(object) %}
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- for system, objects in found.items() %}
    {%- set last_system = loop.last %}
    {%- for object in objects or ['none'] %}
    select
        '{{ system }}' as source,
        '{{ object }}' as object,
        {{ 'true' if objects else 'false' }} as suppresses
    {%- if not (loop.last and last_system) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
