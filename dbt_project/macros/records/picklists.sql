{# A choice that systems call by names of their own, under the name that seeds/picklists.csv has for it.

   One that no line names stands as it is and is reported, since it is data and no error of the policy; under
   `validate: quarantine` or `null` it is no value. #}
{% macro picklist_join(entity, record, cell) %}
    {%- if cell.normalize == 'picklist' %}

    left join {{ ref('int_choices_named') }} as {{ cell.field }}_choices
        on lower(records.{{ cell.field }}_raw) = {{ cell.field }}_choices.value
        and {{ cell.field }}_choices.source = '{{ record.system }}'
        and {{ cell.field }}_choices.canonical_field = '{{ entity }}.{{ cell.field }}'
    {%- endif %}
{%- endmacro %}

{# SQL of a choice under its canonical name. #}
{% macro named_choice(field, policy) -%}
    {%- if 'validate' in policy and policy.validate != 'flag' -%} {{ field }}_choices.canonical_value
    {%- else -%} coalesce({{ field }}_choices.canonical_value, records.{{ field }})
    {%- endif -%}
{%- endmacro %}

{# Which systems state a field whose values are such choices, as rows. #}
{% macro picklist_rows() %}
    {%- set rows = [] -%}
    {%- for entity, systems in var('field_map').items() -%}
        {%- for system, objects in systems.items() -%}
            {%- for lines in objects.values() -%}
                {%- for line in lines.values() if line.normalize == 'picklist' and [entity ~ '.' ~ line.to, system] not in rows -%}
                    {%- do rows.append([entity ~ '.' ~ line.to, system]) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for field, system in rows %}
    select
        '{{ field }}' as canonical_field,
        '{{ system }}' as source
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        cast(null as string) as canonical_field,
        cast(null as string) as source
    where false
    {%- endfor %}
{%- endmacro %}
