{# Why a tried link may not put two clusters of company records together; see customer_guards.

   A shared domain or name never makes two live records of one system one company: they may be its subsidiaries. #}
{% macro company_guards(work) %}
    with
    live as (
        select clusters.cluster, records.source
        from {{ work }}__clusters as clusters
        inner join {{ ref('int_companies_unioned') }} as records on clusters.record_key = records.record_key
        where not records.is_deleted
    ),
    {{ kept_apart(work, ref('int_companies_settled')) }},
    crowded as (
        select distinct tried.link_id, '2 one system has both as live records' as reason
        from {{ work }}__tried as tried
        inner join live as one on tried.left_cluster = one.cluster
        inner join live as other on tried.right_cluster = other.cluster
        where tried.tier >= 3 and one.source = other.source
    )
    select * from kept_apart
    union all
    select * from crowded
{% endmacro %}
