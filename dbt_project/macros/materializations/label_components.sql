{# Connected components of `<work>__edges` (left_key, right_key) as `<work>__labels` (node, label) and
   `<work>__nodes` (record_key, node): what the materializations of identity have in common.

   Minimum labels with pointer jumping: each round takes the least label among a node's neighbours, then the label of
   that label, so a chain of n nodes needs about log2(n) rounds; it ends when a round changes nothing. #}
{% macro label_components(work) %}
    {% do run_query(create_or_replace_work_table(work ~ '__nodes', number_nodes(work))) %}
    {% do run_query(create_or_replace_work_table(work ~ '__arcs', number_arcs(work))) %}
    {% do run_query(create_or_replace_work_table(work ~ '__labels', first_labels(work))) %}
    {% do spread_labels(work) %}
    {% do drop_work_tables(work, ['__arcs']) %}
{% endmacro %}

{% macro number_nodes(work) %}
    with ends as (
        select left_key as record_key from {{ work }}__edges
        union
        select right_key as record_key from {{ work }}__edges
    )
    select record_key, row_number() over (order by record_key nulls last) as node from ends
{% endmacro %}

{% macro number_arcs(work) %}
    with arcs as (
        select left_nodes.node as from_node, right_nodes.node as to_node
        from {{ work }}__edges as edges
        inner join {{ work }}__nodes as left_nodes on edges.left_key = left_nodes.record_key
        inner join {{ work }}__nodes as right_nodes on edges.right_key = right_nodes.record_key
        where left_nodes.node != right_nodes.node
    )
    select from_node, to_node from arcs
    union
    select to_node, from_node from arcs
{% endmacro %}

{% macro first_labels(work) %}
    select node, node as label, true as has_moved from {{ work }}__nodes
{% endmacro %}

{# Rounds until nothing changes. #}
{% macro spread_labels(work) %}
    {% set progress = namespace(changed=true) %}
    {% for round in range(64) if progress.changed %}
        {% do run_query(create_or_replace_work_table(work ~ '__least', least_labels(work))) %}
        {% do remake_work_table(work, '__labels', jumped_labels(work)) %}
        {% set progress.changed = run_query("select count(*) from " ~ work ~ "__labels where has_moved").columns[0].values()[0] > 0 %}
    {% endfor %}
    {% do drop_work_tables(work, ['__least']) %}
    {% if progress.changed %}
        {{ exceptions.raise_compiler_error(work ~ ": labels still move after 64 rounds; the edges are not what they should be.") }}
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
        select
            own.node,
            own.label as old_label,
            least(own.label, coalesce(least_labels.label, own.label), coalesce(members.label, own.label)) as label
        from {{ work }}__labels as own
        left join {{ work }}__least as least_labels on own.node = least_labels.node
        left join (
            select before_round.label as node, min(after_round.label) as label
            from {{ work }}__least as after_round
            inner join {{ work }}__labels as before_round on after_round.node = before_round.node
            group by before_round.label
        ) as members on own.node = members.node
    )
    select hooked.node, roots.label, roots.label != hooked.old_label as has_moved
    from hooked
    inner join hooked as roots on hooked.label = roots.node
{% endmacro %}

{% macro named_labels(work) %}
    select
        nodes.record_key,
        roots.record_key as group_key,
        {{ key_hash('nodes.record_key') }} as record_hash,
        {{ key_hash('roots.record_key') }} as group_hash
    from {{ work }}__labels as labels
    inner join {{ work }}__nodes as nodes on labels.node = nodes.node
    inner join {{ work }}__nodes as roots on labels.label = roots.node
{% endmacro %}
