{# The select list of a link between two records: who, by which rule, on which key, and whether it is a candidate.

   `holders` is how many records share the key: of two links of one tier the one on the less shared key is stronger. #}
{% macro link(left_key, right_key, tier, match_rule, match_key='cast(null as string)', holders='2', status="'candidate'", reason='cast(null as string)') -%}
    select
        {{ left_key }} as left_key,
        {{ right_key }} as right_key,
        {{ tier }} as tier,
        '{{ match_rule }}' as match_rule,
        {{ match_key }} as match_key,
        {{ holders }} as holders,
        {{ status }} as status,
        {{ reason }} as reason
{%- endmacro %}

{# The CRM's own merges as links (tier 1). #}
{% macro merge_links(merges) -%}
    {{ link('loser_key', 'winner_key', 1, 'crm_merge') }}
    from {{ merges }}
{%- endmacro %}

{# What stewards decided as links (tier 0): their word that two records are one, the latest the strongest. #}
{% macro steward_links(entity, decisions) -%}
    {{ link(
        'left_key', 'right_key', 0, 'must_link',
        holders='row_number() over (order by decided_at desc nulls last, decision_id desc nulls last)',
    ) }}
    from {{ decisions }}
    where kind = 'must_link' and entity = '{{ entity }}'
{%- endmacro %}

{# Ids of another system that a CRM stores as links (tier 2), from `judged_claims`. #}
{% macro crm_links(claims) -%}
    {{ link(
        'record_key', 'claimed_key', 2, 'crm_link',
        status="case when reason is null then 'candidate' else 'refused' end", reason='reason',
    ) }}
    from {{ claims }}
{%- endmacro %}

{# Which claims of a CRM to be a record of another system count: `reason` is null where one does.

   A record belongs to one other record, and the reverse: an id that two live records claim links neither. Claims are counted
   before merges are followed, so two records that claim the two sides of a merge are both right.

   stated   relation of (record_key, claimed_key)
   records  relation of all records of the entity #}
{% macro judged_claims(stated, records) %}
    select
        stated.record_key,
        stated.claimed_key,
        case
            when max(targets.record_key) is null then 'the record that it names is not there'
            when {{ live_claims() }} > 1 then 'several records say that they are this one'
        end as reason

    from {{ stated }} as stated

    inner join {{ stated }} as others
        on stated.claimed_key = others.claimed_key

    left join {{ records }} as claimants
        on others.record_key = claimants.record_key

    left join {{ records }} as targets
        on stated.claimed_key = targets.record_key

    group by stated.record_key, stated.claimed_key
{%- endmacro %}

{% macro live_claims() -%}
    count(distinct case when not claimants.is_deleted then others.record_key end)
{%- endmacro %}

{# Links with an id of their own. One to a record that is not in the log stays for the audit and joins nothing. #}
{% macro numbered_links(links) %}
    select
        links.*,
        {{ dbt.hash("links.left_key || ' ' || links.right_key || ' ' || links.match_rule") }} as link_id

    from {{ links }} as links
{%- endmacro %}
