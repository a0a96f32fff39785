{# How many rows each read added to each table of a system's log: a read that goes on later, or lands twice, shows. #}
{% macro read_extracts(system) %}
with

counted as (
    {% for table in log_tables(system) %}
    {{- rows_by_read('raw_' ~ system ~ '.' ~ table.name, source(system, table.name)) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select * from counted
{%- endmacro %}

{# The records of a system of which there is something new in the log since the last whole build: a version, a set of associations, an
   entry of its history. None where everything is made anew.

   extracts  the model with read_extracts #}
{% macro changed_records(system, extracts) %}
with

news as (

    select
        now_there.source_table,
        now_there.extract_id

    from {{ extracts }} as now_there
    {% if not builds_whole() %}

    left join staging.build_reads as there_before
        on now_there.source_table = there_before.source_table
        and now_there.extract_id = there_before.extract_id

    where now_there.row_count is distinct from there_before.row_count
    {% else %}

    where false
    {% endif %}

),

changed as (
    {% for table in log_tables(system) %}
    select
        '{{ table.object }}' as object,
        versions.{{ table.id }} as source_record_id
    from {{ source(system, table.name) }} as versions
    inner join news
        on coalesce(versions._extract_id, '') = news.extract_id
        and news.source_table = 'raw_{{ system }}.{{ table.name }}'
    {% if not loop.last %}
    union
    {% endif %}
    {%- endfor %}
)

select * from changed
where source_record_id is not null
{%- endmacro %}

{# The tables of a system's log that tell of records: {name, object, id: the column with the record's id}. Associations are told of the
   record that has them, a history's entries of the record that they are about. #}
{% macro log_tables(system) %}
    {% set tables = [] %}
    {% set further = {'salesforce': ['User', 'OpportunityContactRole'], 'hubspot': ['owners', 'pipelines']} %}
    {% for systems in var('field_map').values() %}
        {% for object in systems.get(system, {}) %}
            {% do tables.append({'name': raw_table_name(object), 'object': object, 'id': '_record_id'}) %}
            {% if keeps_history(system) %}
                {% do tables.append({
                    'name': history_table(system, object), 'object': object, 'id': history_parent(system, object),
                }) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% for object in further.get(system, []) %}
        {% do tables.append({'name': raw_table_name(object), 'object': object, 'id': '_record_id'}) %}
    {% endfor %}
    {% set associations = {'hubspot': ['contacts_companies', 'deals_companies', 'deals_contacts']} %}
    {% for name in associations.get(system, []) %}
        {% do tables.append({'name': name, 'object': name.split('_')[0], 'id': '_record_id'}) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}
