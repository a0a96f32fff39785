{# Why a tried link may not put its two clusters together: rows of (link_id, reason), read by judged_links.

   work  prefix of its work tables: `__tried` (link_id, tier, left_cluster, right_cluster), `__clusters` (record_key, cluster)

   Stewards keep records apart whatever links them. The other guards hold for links on a shared value only (tier 3 and up): what
   a CRM states is a fact. Records that were merged away or converted are history and contradict nobody. #}
{% macro customer_guards(work) %}
    {%- set people = ref('int_customers_normalized') %}
    with
    members as (
        select clusters.cluster, people.*
        from {{ work }}__clusters as clusters
        inner join {{ people }} as people on clusters.record_key = people.record_key
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
        left join {{ ref('int_nicknames_paired') }} as forms
            on split_part(one.first_name, ' ', 1) = forms.name
            and split_part(other.first_name, ' ', 1) = forms.other_name
        where (tried.tier in (3, 5) and {{ names_contradict(
            {'first': 'one.first_name', 'last': 'one.last_name'},
            {'first': 'other.first_name', 'last': 'other.last_name'},
            '(forms.name is not null)',
        ) }}) or (tried.tier = 4 and {{ first_names_tell(
            {'first': 'one.first_name', 'last': 'one.last_name'},
            {'first': 'other.first_name', 'last': 'other.last_name'},
            '(forms.name is not null)',
        ) }})
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
    together as (
        select tried.link_id, standing.record_key, standing.email
        from {{ work }}__tried as tried
        inner join standing
            on tried.left_cluster = standing.cluster or tried.right_cluster = standing.cluster
        where tried.tier >= 3
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
