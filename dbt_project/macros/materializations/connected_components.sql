{# A model of edges (left_key, right_key; every node also as an edge to itself) becomes a table of
   (record_key, group_key): group_key is the least record_key that can be reached.

   Minimum labels with pointer jumping: each round takes the least label among a node's neighbours, then the label of
   that label, so a chain of n nodes needs about log2(n) rounds; it ends when a round changes nothing. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set work = this.schema ~ '.' ~ this.identifier -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') %}
        {{ create_or_replace_work_table(work ~ '__edges', sql) }}
    {% endcall %}
    {% do run_query(create_or_replace_work_table(work ~ '__nodes', number_nodes(work))) %}
    {% do run_query(create_or_replace_work_table(work ~ '__arcs', number_arcs(work))) %}
    {% do run_query(create_or_replace_work_table(work ~ '__labels', first_labels(work))) %}
    {% do spread_labels(work) %}

    {% set existing = load_cached_relation(this) %}
    {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do run_query("create table " ~ target_relation ~ " as " ~ named_labels(work)) %}
    {% for part in ['__edges', '__nodes', '__arcs', '__labels'] %}
        {% do run_query("drop table if exists " ~ work ~ part) %}
    {% endfor %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro create_or_replace_work_table(name, query) %}
    drop table if exists {{ name }};
    create table {{ name }} as {{ query }};
{% endmacro %}

{% macro number_nodes(work) %}
    select left_key as record_key, row_number() over (order by left_key nulls last) as node
    from {{ work }}__edges
    where left_key = right_key
{% endmacro %}

{% macro number_arcs(work) %}
    select distinct left_nodes.node as from_node, right_nodes.node as to_node
    from {{ work }}__edges as edges
    inner join {{ work }}__nodes as left_nodes on edges.left_key = left_nodes.record_key
    inner join {{ work }}__nodes as right_nodes on edges.right_key = right_nodes.record_key
    where left_nodes.node != right_nodes.node
    union
    select distinct right_nodes.node, left_nodes.node
    from {{ work }}__edges as edges
    inner join {{ work }}__nodes as left_nodes on edges.left_key = left_nodes.record_key
    inner join {{ work }}__nodes as right_nodes on edges.right_key = right_nodes.record_key
    where left_nodes.node != right_nodes.node
{% endmacro %}

{% macro first_labels(work) %}
    select node, node as label from {{ work }}__nodes
{% endmacro %}

{# Rounds until nothing changes; only nodes with a neighbour take part in a round. #}
{% macro spread_labels(work) %}
    {% set progress = namespace(changed=true) %}
    {% for round in range(1000) if progress.changed %}
        {% do run_query(create_or_replace_work_table(work ~ '__least', least_labels(work))) %}
        {% do run_query(create_or_replace_work_table(work ~ '__next', jumped_labels(work))) %}
        {% set changed = run_query(
            "select count(*) from " ~ work ~ "__next as after_round inner join " ~ work ~ "__labels as before_round"
            ~ " on after_round.node = before_round.node where after_round.label != before_round.label"
        ).columns[0].values()[0] %}
        {% do run_query("drop table " ~ work ~ "__labels; alter table " ~ work ~ "__next rename to " ~ this.identifier ~ "__labels") %}
        {% set progress.changed = changed > 0 %}
    {% endfor %}
    {% do run_query("drop table if exists " ~ work ~ "__least") %}
    {% if progress.changed %}
        {{ exceptions.raise_compiler_error(this.identifier ~ ": labels still move after 1000 rounds; the edges are not what they should be.") }}
    {% endif %}
{% endmacro %}

{% macro least_labels(work) %}
    select arcs.from_node as node, least(min(own.label), min(near.label)) as label
    from {{ work }}__arcs as arcs
    inner join {{ work }}__labels as own on arcs.from_node = own.node
    inner join {{ work }}__labels as near on arcs.to_node = near.node
    group by arcs.from_node
{% endmacro %}

{# A node takes the label of its new label's node; nodes without neighbours keep their own.
   The hook up first lets a root follow what any of its members found. #}
{% macro jumped_labels(work) %}
    with hooked as (
        select own.node, least(own.label, coalesce(least_labels.label, own.label), coalesce(members.label, own.label)) as label
        from {{ work }}__labels as own
        left join {{ work }}__least as least_labels on own.node = least_labels.node
        left join (
            select before_round.label as node, min(after_round.label) as label
            from {{ work }}__least as after_round
            inner join {{ work }}__labels as before_round on after_round.node = before_round.node
            group by before_round.label
        ) as members on own.node = members.node
    )
    select hooked.node, roots.label
    from hooked
    inner join hooked as roots on hooked.label = roots.node
{% endmacro %}

{% macro named_labels(work) %}
    select nodes.record_key, roots.record_key as group_key
    from {{ work }}__labels as labels
    inner join {{ work }}__nodes as nodes on labels.node = nodes.node
    inner join {{ work }}__nodes as roots on labels.label = roots.node
{% endmacro %}
