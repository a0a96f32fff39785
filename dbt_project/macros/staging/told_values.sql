{# What a record's own history says of its values: CTEs that add f_is_told (the newest entry set the field to what it holds now)
   and f_told_at to `latest`, for each clocked cell.

   An entry that says anything else is ignored: the history was cut off, or one of the two was read before the other. A blank
   or a consent that nothing came before is ignored, too: the record came with it, and nobody cleared or stated it. #}
{% macro told_values(entity, system, object, cells, clocked, id) -%}
edits as (

    select
        entries.*,
        row_number() over (
            partition by entries.source_record_id, entries.field
            order by entries.edited_at desc nulls last, entries.entry_id desc nulls last
        ) as age

    from {{ history_model(system, object) }} as entries

    {{ only_changed(system, object, 'entries.source_record_id') }}

    where entries.is_edit

),

told as (

    select
        source_record_id,
        {%- for cell in clocked %}
        {%- set newest = "case when field = '" ~ cell.field ~ "' then " %}
        max({{ newest }}value end) as {{ cell.field }}_told,
        max({{ newest }}edited_at end) as {{ cell.field }}_told_at,
        bool_or(field = '{{ cell.field }}' and is_first) as {{ cell.field }}_came_with_it{{ "," if not loop.last }}
        {%- endfor %}

    from edits

    where age = 1

    group by source_record_id

),

compared_with_history as (

    select
        latest.*,
        {%- for cell in clocked %}
        told.{{ cell.field }}_told_at,
        coalesce({{ is_told(entity, cells, cell) }}, false) as {{ cell.field }}_is_told{{ "," if not loop.last }}
        {%- endfor %}

    from latest

    left join told
        on latest.{{ id }} = told.source_record_id

),
{%- endmacro %}

{# Whether the history's newest value is the one that the record holds, in the form in which values are compared. #}
{% macro is_told(entity, cells, cell) -%}
    {%- set country = country_column(cells) -%}
    {%- set told = 'told.' ~ cell.field ~ '_told' -%}
    {%- set held = 'latest.' ~ cell.column -%}
    (
            trim({{ told }}) = trim({{ held }})
            or coalesce({{ typed_value(told, cell, country) }} = {{ typed_value(held, cell, country) }}, false)
        )
        and {{ "not" if cell.field in consent_fields(entity) else "(trim(" ~ held ~ ") != '' or not" }} told.{{ cell.field }}_came_with_it
        {{- ")" if not cell.field in consent_fields(entity) }}
{%- endmacro %}
