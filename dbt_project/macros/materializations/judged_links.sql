{# A model of candidate links becomes a table of verdicts (link_id, left_key, reason): a reason says why a link may not
   count, null that it does.

   The model gives link_id, left_key, right_key, tier, holders, match_key and is_certain (a fact that no guard looks at).
   `guards` names the macro that says what may not become one: see customer_guards. `touched`: see connected_components.

   Links are tried one after another, the strongest first; one that would put together what must not be one person is
   dropped. So what goes is the weakest link on the path between the two. In each round every link is tried that is
   the strongest one left at both of its ends: what comes out is the same as one by one, in some log2(n) rounds. #}
{% materialization judged_links, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set work = this.schema ~ '.' ~ this.identifier -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') %}
        {{ create_or_replace_work_table(work ~ '__disputed', sql) }}
    {% endcall %}
    {% do run_query(create_or_replace_work_table(work ~ '__open', ordered_links(work))) %}
    {% do start_from_facts(work) %}
    {% do try_links(work, config.require('guards')) %}
    {% do put_rows(this, named_verdicts(work)) %}
    {% do drop_work_tables(work, ['__disputed', '__open', '__clusters', '__verdicts']) %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Of two links of one tier the one on the less shared value is stronger, then the hash of the value decides. #}
{% macro ordered_links(work) %}
    select
        link_id, left_key, right_key, tier, is_certain,
        row_number() over (
            order by tier nulls last, holders nulls last, match_key nulls last, link_id nulls last
        ) as place
    from {{ work }}__disputed
{% endmacro %}

{% macro named_verdicts(work) %}
    select verdicts.link_id, disputed.left_key, disputed.left_hash, verdicts.reason
    from {{ work }}__verdicts as verdicts
    inner join {{ work }}__disputed as disputed on verdicts.link_id = disputed.link_id
{% endmacro %}

{# Clusters before the first round: what certain links put together. #}
{% macro start_from_facts(work) %}
    {% do run_query(create_or_replace_work_table(work ~ '__edges', certain_edges(work))) %}
    {% do label_components(work) %}
    {% do run_query(create_or_replace_work_table(work ~ '__clusters', first_clusters(work))) %}
    {% do run_query(create_or_replace_work_table(work ~ '__verdicts', first_verdicts(work))) %}
    {% do drop_work_tables(work, ['__edges', '__nodes', '__labels']) %}
{% endmacro %}

{# Rounds until every link has its verdict. #}
{% macro try_links(work, guards) %}
    {% set progress = namespace(open=keep_open(work)) %}
    {% for round in range(100000) if progress.open %}
        {% do run_query(create_or_replace_work_table(work ~ '__placed', placed_links(work))) %}
        {% do run_query(create_or_replace_work_table(work ~ '__tried', tried_links(work))) %}
        {% do run_query(create_or_replace_work_table(work ~ '__guarded', context[guards](work))) %}
        {% do run_query(create_or_replace_work_table(work ~ '__round', round_verdicts(work))) %}
        {% do run_query("insert into " ~ work ~ "__verdicts select link_id, reason from " ~ work ~ "__round") %}
        {% do remake_work_table(work, '__clusters', next_clusters(work)) %}
        {% set progress.open = keep_open(work) %}
    {% endfor %}
    {% do drop_work_tables(work, ['__placed', '__tried', '__guarded', '__round']) %}
{% endmacro %}

{# Forget links that have their verdict; returns how many are left. #}
{% macro keep_open(work) %}
    {% do remake_work_table(work, '__open', still_open(work)) %}
    {{ return(run_query("select count(*) from " ~ work ~ "__open").columns[0].values()[0]) }}
{% endmacro %}

{% macro certain_edges(work) %}
    select left_key, right_key from {{ work }}__open where is_certain
    union all
    select left_key, left_key from {{ work }}__open
    union all
    select right_key, right_key from {{ work }}__open
{% endmacro %}

{% macro first_clusters(work) %}
    select nodes.record_key, labels.label as cluster
    from {{ work }}__labels as labels
    inner join {{ work }}__nodes as nodes on labels.node = nodes.node
{% endmacro %}

{% macro first_verdicts(work) %}
    select link_id, cast(null as string) as reason from {{ work }}__open where is_certain
{% endmacro %}

{# Open links with the clusters at their ends. #}
{% macro placed_links(work) %}
    select
        links.link_id,
        links.tier,
        links.place,
        least(lefts.cluster, rights.cluster) as left_cluster,
        greatest(lefts.cluster, rights.cluster) as right_cluster
    from {{ work }}__open as links
    inner join {{ work }}__clusters as lefts on links.left_key = lefts.record_key
    inner join {{ work }}__clusters as rights on links.right_key = rights.record_key
{% endmacro %}

{# Links that are the strongest left at both ends; no two of them touch one cluster. #}
{% macro tried_links(work) %}
    with ends as (
        select left_cluster as cluster, place from {{ work }}__placed where left_cluster != right_cluster
        union all
        select right_cluster as cluster, place from {{ work }}__placed where left_cluster != right_cluster
    ),
    strongest as (
        select cluster, min(place) as place from ends group by cluster
    )
    select placed.link_id, placed.tier, placed.left_cluster, placed.right_cluster
    from {{ work }}__placed as placed
    inner join strongest as lefts on placed.left_cluster = lefts.cluster and placed.place = lefts.place
    inner join strongest as rights on placed.right_cluster = rights.cluster and placed.place = rights.place
{% endmacro %}

{# Verdicts of a round: those of the tried links, and links whose two ends are one already, which count. #}
{% macro round_verdicts(work) %}
    with reasons as (
        select link_id, min(reason) as reason from {{ work }}__guarded group by link_id
    )
    select tried.link_id, tried.left_cluster, tried.right_cluster, reasons.reason
    from {{ work }}__tried as tried
    left join reasons on tried.link_id = reasons.link_id
    union all
    select link_id, left_cluster, right_cluster, cast(null as string) as reason
    from {{ work }}__placed
    where left_cluster = right_cluster
{% endmacro %}

{% macro next_clusters(work) %}
    select clusters.record_key, coalesce(joined.left_cluster, clusters.cluster) as cluster
    from {{ work }}__clusters as clusters
    left join {{ work }}__round as joined
        on clusters.cluster = joined.right_cluster
        and joined.reason is null
        and joined.left_cluster != joined.right_cluster
{% endmacro %}

{% macro still_open(work) %}
    select links.link_id, links.left_key, links.right_key, links.tier, links.place
    from {{ work }}__open as links
    left join {{ work }}__verdicts as verdicts on links.link_id = verdicts.link_id
    where verdicts.link_id is null
{% endmacro %}
