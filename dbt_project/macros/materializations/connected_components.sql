{# A model of edges (left_key, right_key) becomes a table of (record_key, group_key), one row per record that has an edge:
   group_key is the least record_key that can be reached. A record without an edge is a group of its own and left out.
   With `touched` (see get_incremental_touched_sql) only the components of touched records are found again. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set work = this.schema ~ '.' ~ this.identifier -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') %}
        {{ create_or_replace_work_table(work ~ '__edges', sql) }}
    {% endcall %}
    {% do label_components(work) %}
    {% do put_rows(this, named_labels(work)) %}
    {% do drop_work_tables(work, ['__edges', '__nodes', '__labels']) %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
