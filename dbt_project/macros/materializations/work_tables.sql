{# Tables that a materialization makes on its way, named after the model: `<schema>.<model>__<part>`. #}
{% macro create_or_replace_work_table(name, query) %}
    drop table if exists {{ name }};
    create table {{ name }} as {{ query }};
{% endmacro %}

{# A work table made anew from a query that may read it. #}
{% macro remake_work_table(work, part, query) %}
    {% do run_query(create_or_replace_work_table(work ~ '__next', query)) %}
    {% do run_query("drop table if exists " ~ work ~ part) %}
    {% do run_query("alter table " ~ work ~ "__next rename to " ~ work.split('.')[1] ~ part) %}
{% endmacro %}

{% macro drop_work_tables(work, parts) %}
    {% for part in parts %}
        {% do run_query("drop table if exists " ~ work ~ part) %}
    {% endfor %}
{% endmacro %}

{# The model's own table, made anew, or what a delta touches of it. #}
{% macro put_rows(relation, query) %}
    {% if is_delta() %}
        {% do run_query(delete_touched(relation) ~ "; insert into " ~ relation ~ " by name " ~ query) %}
    {% else %}
        {% set existing = load_cached_relation(relation) %}
        {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do run_query("create table " ~ relation.incorporate(type='table') ~ " as " ~ query) %}
    {% endif %}
{% endmacro %}
