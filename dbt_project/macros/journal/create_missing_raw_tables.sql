{# DDL that gives every object of the raw layer a table with the columns that staging reads.

   A source that is not loaded, or a mapped field that an org does not have, is then an absent value and not an error;
   nothing is read at compile time to find out. #}
{% macro create_missing_raw_tables() %}
    {% for source in graph.sources.values() if source.schema.startswith('raw_') %}
        {% set table = source.schema ~ '.' ~ source.name %}
        create schema if not exists {{ source.schema }};
        create table if not exists {{ table }} (
            {{ raw_table_columns(source) }}
        );
        {% for column, type in raw_columns(source).items() %}
        alter table {{ table }} add column if not exists {{ column }} {{ type }};
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# Column definitions of a new raw table: what its metadata lists, else what every object's log has. #}
{% macro raw_table_columns(source) %}
    {% if source.columns %}
        {% for column in source.columns.values() -%}
            {{ column.name }} {{ column.data_type }}{{ ", " if not loop.last }}
        {%- endfor %}
    {% else %}
        _record_id varchar, _stamp timestamp, _is_deleted boolean,
        _content_hash varchar, _extract_id varchar, _sync_seq bigint
    {% endif %}
{% endmacro %}

{# Column -> type of what staging reads of a raw table: the columns that its metadata lists (a log of before has not
   all of them), else, as text, its keys and the fields that the policy maps or identifies people by. #}
{% macro raw_columns(source) %}
    {% set columns = {} %}
    {% for column in source.columns.values() %}
        {% do columns.update({column.name: column.data_type}) %}
    {% endfor %}
    {% for key in source.meta.get('keys', []) %}
        {% do columns.update({key: 'varchar'}) %}
    {% endfor %}
    {% do columns.update(identity_columns(source.source_name, source.meta.object)) %}
    {% for entity in var('field_map') if source.meta.object %}
        {% for cell in mapped_cells(entity, source.source_name, source.meta.object) %}
            {% do columns.update({cell.column: 'varchar'}) %}
        {% endfor %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
