{# Like dbt's own, but a delta's tests look at the rows that it made: what it left alone was tested when it was made. The sweep of a day, a
   build that makes everything anew, dbt called alone look at all. #}
{% macro get_where_subquery(relation) %}
    {% set tested = graph.nodes.get(model.attached_node) if execute and model.attached_node %}
    {% if tested and tested.alias == relation.identifier and is_tested_in_part(tested) and not config.get('where') %}
        {{ return(rows_to_test(relation, tested) ~ ' as touched_rows') }}
    {% endif %}
    {{ return(dbt.default__get_where_subquery(relation)) }}
{% endmacro %}

{# The same for a test that is written out: the rows of a model that it looks at, in place of `ref`. #}
{% macro tested(name) %}
    {% set relation = ref(name) %}
    {% set found = graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'snapshot']) | selectattr('name', 'equalto', name) | first if execute %}
    {{ return(rows_to_test(relation, found)) }}
{% endmacro %}

{% macro rows_to_test(relation, node) %}
    {% if node and is_tested_in_part(node) %}
        {{ return('(select kept.* from ' ~ relation ~ ' as kept where ' ~ is_touched(node.config) ~ ')') }}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}

{% macro is_tested_in_part(node) %}
    {{ return(node.config.get('touched_by') and tests_a_delta()) }}
{% endmacro %}

{# Whether data tests may look at what this build touched alone. #}
{% macro tests_a_delta() %}
    {% set facts = facts_of_this_build() %}
    {% if facts.tests_a_delta is not defined %}
        {% do facts.update({'tests_a_delta': flags.WHICH == 'build' and not builds_whole() and has_rows(
            "(select mode, row_number() over (order by sync_seq desc nulls last) as place from ops.sync_runs) as runs where place = 1 and mode = 'delta'"
        )}) %}
    {% endif %}
    {{ return(facts.tests_a_delta) }}
{% endmacro %}
