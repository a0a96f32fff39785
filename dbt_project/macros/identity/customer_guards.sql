{# Why a tried link may not put its two clusters together: rows of (link_id, reason), read by judged_links.

   work  prefix of its work tables: `__tried` (link_id, tier, left_cluster, right_cluster), `__clusters` (record_key, cluster)

   Stewards keep records apart whatever links them. The other guards hold for links on a shared value only (tier 3 and up): what
   a CRM states is a fact. Records that were merged away or converted are history and contradict nobody. #}
{% macro customer_guards(work) %}
    with
    people as {{ narrowed_first() }} (
        select people.* from {{ ref('int_customers_normalized') }} as people
        {{ only_touched('int_customers_regathered', {'record_hash': 'people.record_hash'}) }}
    ),
    members as (
        select clusters.cluster, people.*
        from {{ work }}__clusters as clusters
        inner join people on clusters.record_key = people.record_key
    ),
    standing as (
        select * from members where is_standing
    ),
    {{ kept_apart(work, ref('int_customers_settled')) }},
    contradictory as (
        select distinct tried.link_id, '2 the names contradict each other' as reason
        from {{ work }}__tried as tried
        inner join standing as one on tried.left_cluster = one.cluster
        inner join standing as other on tried.right_cluster = other.cluster
        {{ nickname_join('one', 'other') }}
        where (tried.tier in (3, 5) and {{ names_contradict('one', 'other') }}) or (tried.tier = 4 and {{ first_names_tell('one', 'other') }})
    ),
    colleagues as (
        select distinct tried.link_id, '3 they have two addresses at one company' as reason
        from {{ work }}__tried as tried
        inner join standing as one on tried.left_cluster = one.cluster
        inner join standing as other on tried.right_cluster = other.cluster
        where tried.tier >= 5
            and one.company_email != other.company_email
            and split_part(one.company_email, '@', 2) = split_part(other.company_email, '@', 2)
    ),
    ends as (
        select link_id, left_cluster as cluster from {{ work }}__tried where tier >= 3
        union all
        select link_id, right_cluster as cluster from {{ work }}__tried where tier >= 3
    ),
    together as (
        select ends.link_id, standing.email
        from ends
        inner join standing on ends.cluster = standing.cluster
    ),
    too_large as (
        select link_id,
            case
                when count(*) > {{ var('identity').max_records }}
                    then '4 one person would have more than {{ var("identity").max_records }} records'
                else '4 one person would have more than {{ var("identity").max_emails }} addresses'
            end as reason
        from together
        group by link_id
        having count(*) > {{ var('identity').max_records }}
            or count(distinct email) > {{ var('identity').max_emails }}
    )
    select * from kept_apart
    union all
    select * from contradictory
    union all
    select * from colleagues
    union all
    select * from too_large
{% endmacro %}

{# What a steward keeps apart; for every entity. #}
{% macro kept_apart(work, settled) -%}
    kept_apart as (
        select distinct tried.link_id, '1 a steward keeps two of their records apart' as reason
        from {{ work }}__tried as tried
        inner join {{ work }}__clusters as one on tried.left_cluster = one.cluster
        inner join {{ work }}__clusters as other on tried.right_cluster = other.cluster
        inner join {{ settled }} as settled
            on one.record_key = settled.left_key
            and other.record_key = settled.right_key
            and settled.kind = 'cannot_link'
    )
{%- endmacro %}
