{# A source's own record of who changed which mapped field, and when: one row per entry.

   value          what the field was set to; '' where it was cleared
   author         the user's id, or what the source names instead of one
   is_integration the author is one of CANON_INTEGRATION_USERS, or HubSpot's own connector to Salesforce
   is_change      the value is another one than before
   is_edit        and somebody changed it: it is no back-fill of the system
   is_first       nothing says that the field ever held anything before: the value may have come with the record #}
{% macro staged_history(entity, system, object) %}
    {%- set cells = mapped_cells(entity, system, object) -%}
    {%- do kept_by_log(system, object, 'source_record_id') -%}
with

versions as (

    select
        raw.*,
        row_number() over (
            partition by raw._record_id order by raw._sync_seq desc nulls last, raw._extract_id desc nulls last
        ) as age

    from {{ source(system, history_table(system, object)) }} as raw

    {{ only_changed(system, object, 'raw.' ~ history_parent(system, object)) }}

),

-- dlt appends at least once, and Salesforce marks the entries of a record that is deleted
source as (

    select * from versions
    where age = 1

),

entries as (
    {{ context[system ~ '_entries'](object, cells) }}
),

known as (

    select
        entry_id,
        source_record_id,
        field,
        value,
        edited_at,
        author,
        is_integration,
        (value is distinct from previous_value) as is_change,
        (not is_backfill and (value is distinct from previous_value)) as is_edit,
        previous_value is null as is_first

    from entries

    where field is not null and edited_at is not null

)

select * from known
{%- endmacro %}

{# Whether a system keeps a history of its records' values that is loaded: then a macro reads its entries. #}
{% macro keeps_history(system) %}
    {{ return((system ~ '_entries') in context) }}
{% endmacro %}

{# The raw table of an object's history, as its loader names it. #}
{% macro history_table(system, object) %}
    {% set names = {'Opportunity': 'opportunity_field_history'} %}
    {{ return(names.get(object, raw_table_name(object) ~ '_history')) }}
{% endmacro %}

{# The column of an object's history that says which record an entry is about. #}
{% macro history_parent(system, object) %}
    {{ return({'salesforce': object | lower ~ 'id', 'hubspot': 'record_id'}[system]) }}
{% endmacro %}

{# The staging model of an object's history. #}
{% macro history_model(system, object) %}
    {{ return(ref('stg_' ~ system ~ '__' ~ raw_table_name(object) ~ '_history')) }}
{% endmacro %}

{# Salesforce's entries in the common shape. What the field held before stands beside what it was set to. #}
{% macro salesforce_entries(object, cells) %}
    select
        _record_id as entry_id,
        {{ history_parent('salesforce', object) }} as source_record_id,
        case
            {%- for cell in cells %}
            when {{ is_told_of(cell) }} then '{{ cell.field }}'
            {%- endfor %}
        end as field,
        coalesce(newvalue, '') as value,
        coalesce(oldvalue, '') as previous_value,
        _stamp as edited_at,
        createdbyid as author,
        {{ is_integration_user('salesforce', ['substr(createdbyid, 1, 15)'], length=15) }} as is_integration,
        false as is_backfill
    from source
{%- endmacro %}

{# HubSpot's entries in the common shape. #}
{% macro hubspot_entries(object, cells) %}
    select
        _record_id as entry_id,
        record_id as source_record_id,
        case property
            {%- for cell in cells %}
            when '{{ cell.name }}' then '{{ cell.field }}'
            {%- endfor %}
        end as field,
        coalesce(value, '') as value,
        lag(coalesce(value, '')) over (
            partition by record_id, property order by _stamp nulls last, _record_id nulls last
        ) as previous_value,
        _stamp as edited_at,
        coalesce(nullif(updatedbyuserid, ''), nullif(replace(sourceid, 'userId:', ''), sourceid), sourcetype) as author,
        {{ is_integration_user(
            'hubspot', ['updatedbyuserid', "replace(sourceid, 'userId:', '')", 'sourcetype'], always=['SALESFORCE']
        ) }} as is_integration,
        coalesce(sourcetype in ('MIGRATION', 'CALCULATED'), false) as is_backfill
    from source
{%- endmacro %}

{# Which of Salesforce's entries tell of a cell. A change of a lookup is told twice, by id and by name, mostly without the
   `Id` of the field's own name; the cell holds the id. #}
{% macro is_told_of(cell) -%}
    {%- if cell.through -%}
    field in ('{{ cell.name }}', '{{ cell.name.removesuffix("Id") }}') and datatype = 'EntityId'
    {%- else -%}
    field = '{{ cell.name }}'
    {%- endif -%}
{%- endmacro %}

{# Whether one of these ids is that of an integration user. Of a Salesforce id, the first 15 characters compare. #}
{% macro is_integration_user(system, ids, length=none, always=[]) -%}
    {%- set users = [] + always -%}
    {%- for user in env_var('CANON_INTEGRATION_USERS', '').split(',') if (user | trim).startswith(system ~ ':') -%}
        {%- set id = (user | trim)[(system ~ ':') | length:] -%}
        {%- do users.append(id[:length] | replace("'", "''")) -%}
    {%- endfor -%}
    {%- if users -%}
    ({% for id in ids %}coalesce({{ id }}, '') in ('{{ users | join("', '") }}'){{ " or " if not loop.last }}{% endfor %})
    {%- else -%} false
    {%- endif -%}
{%- endmacro %}
