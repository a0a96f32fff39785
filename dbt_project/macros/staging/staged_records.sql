{# A source object as one row per record: what its versions in the raw log amount to, typed and named.

   entity, system, object   where the field map has the lines
   id                       name of the record's id column, with its system: `hubspot_contact_id`
   keys                     {staging column: raw column} of further text columns (links to other records);
                            where the policy names an external id, it becomes `external_id`

   Each mapped field f gives f (or f_key, where the value stands on another record), f_raw (the text as the source said it),
   f_changed_at and f_clock. A field that an extract did not have (null in the log) keeps its last known value;
   consent fields also say whether the latest version had them (f_is_visible).

   Where a rule asks when a value changed, and the source's own history says that it was set to what it is now, the clock is
   the history's; else it is what the log saw. #}
{% macro staged_records(entity, system, object, id, keys={}) %}
    {%- do lint_policy() -%}
    {%- do kept_by_log(system, object, id) -%}
    {%- set cells = mapped_cells(entity, system, object) -%}
    {%- set consent = consent_fields(entity) -%}
    {%- set clocked = clocked_cells(entity, system, object) -%}
    {%- set raw = raw_relation(system, object) -%}
    {%- if external_id_column(system, object) -%}
        {%- do keys.update({'external_id': external_id_column(system, object)}) -%}
    {%- endif -%}

with

versions as (

    select raw.*

    from {{ raw }} as raw

    {{ only_changed(system, object, 'raw._record_id') }}

),

compared as (

    select
        _record_id,
        _stamp,
        _is_deleted,
        _sync_seq,
        _extract_id,
        {%- for column in cells | map(attribute='column') | list + keys.values() | list %}
        {{ column }},
        {%- endfor %}
        {%- for cell in cells %}
        case
            when ({{ cell.column }} is distinct from {{ previous_known(cell.column, 'record_history') }})
                and {{ cell.column }} is not null
                then _stamp
        end as {{ cell.field }}_changed_at,
        {%- endfor %}
        row_number() over record_history as version_number

    from versions

    window record_history as (
        partition by _record_id order by _sync_seq nulls last, _stamp nulls last, _extract_id nulls last
    )

),

latest as (

    select
        _record_id as {{ id }},
        min(_sync_seq) as first_sync_seq,
        max(_sync_seq) as last_sync_seq,
        max_by(_extract_id, version_number) as extract_id,
        max_by(_stamp, version_number) as modified_at,
        max_by(_is_deleted, version_number) as is_deleted,
        {%- for name, column in keys.items() %}
        nullif(trim(max_by({{ column }}, version_number) filter (where {{ column }} is not null)), '') as {{ name }},
        {%- endfor %}
        {%- for cell in cells %}
        max_by({{ cell.column }}, version_number) filter (where {{ cell.column }} is not null) as {{ cell.column }},
        max({{ cell.field }}_changed_at) as {{ cell.field }}_changed_at,
        {%- if cell.field in consent %}
        max_by({{ cell.column }} is not null, version_number) as {{ cell.field }}_is_visible,
        {%- endif %}
        case
            when count({{ cell.field }}_changed_at) > 1 then 'observed' else 'record_modified'
        end as {{ cell.field }}_clock{{ "," if not loop.last }}
        {%- endfor %}

    from compared

    group by _record_id

),

{% if clocked -%}
{{ told_values(entity, system, object, cells, clocked, id) }}

{% endif -%}
typed as (

    select
        {{ id }},
        extract_id,
        {%- for name in keys %}
        {{ name }},
        {%- endfor %}
        {%- for cell in cells %}
        {{ typed_value(cell.column, cell, country_column(cells)) }} as {{ cell.stored }},
        nullif(trim({{ cell.column }}), '') as {{ cell.field }}_raw,
        {% if cell in clocked %}case when {{ cell.field }}_is_told then 'field_history' else {{ cell.field }}_clock end as {% endif %}
        {{- cell.field }}_clock,
        {%- endfor %}
        first_sync_seq,
        last_sync_seq,
        is_deleted,
        {%- for cell in cells if cell.field in consent %}
        {{ cell.field }}_is_visible,
        {%- endfor %}
        {%- for cell in cells %}
        {% if cell in clocked %}case when {{ cell.field }}_is_told then {{ cell.field }}_told_at else {{ cell.field }}_changed_at end as {% endif %}
        {{- cell.field }}_changed_at,
        {%- endfor %}
        modified_at

    from {{ "compared_with_history" if clocked else "latest" }}

)

select * from typed
{%- endmacro %}

{# The raw table of a source object: the one whose metadata names it. #}
{% macro raw_relation(system, object) %}
    {{ return(source(system, raw_table_name(object))) }}
{% endmacro %}

{# `OpportunityContactRole` -> `opportunity_contact_role`, the loaders' table names. #}
{% macro raw_table_name(object) %}
    {{ return(modules.re.sub('(?<!^)(?=[A-Z])', '_', object) | lower) }}
{% endmacro %}

{# The column that says a record's country, for phone numbers without one; null where the object has none. #}
{% macro country_column(cells) %}
    {% set countries = cells | selectattr('field', 'equalto', 'country') | map(attribute='column') | list %}
    {{ return(countries[0] if countries else 'null') }}
{% endmacro %}
