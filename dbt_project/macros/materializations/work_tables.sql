{# Tables that a materialization makes on its way, named after the model: `<schema>.<model>__<part>`. #}
{% macro create_or_replace_work_table(name, query) %}
    drop table if exists {{ name }};
    create table {{ name }} as {{ query }};
{% endmacro %}

{% macro drop_work_tables(work, parts) %}
    {% for part in parts %}
        {% do run_query("drop table if exists " ~ work ~ part) %}
    {% endfor %}
{% endmacro %}

{# The model's own table, made anew. #}
{% macro replace_table(relation, query) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do run_query("create table " ~ relation.incorporate(type='table') ~ " as " ~ query) %}
{% endmacro %}
