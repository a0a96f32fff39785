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

{# What stewards decided as links (tier 0): their word that two records are one, the latest the strongest; no two are of one time. #}
{% macro steward_links(entity, decisions) -%}
    {{ link(
        'left_key', 'right_key', 0, 'must_link',
        holders='-1 * ' ~ epoch_us('decided_at'),
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

   stated   relation of (record_key, claimed_key), each pair once
   records  relation of all records of the entity #}
{% macro judged_claims(stated, records) %}
    with repeated as (
        select claimed_key
        from {{ stated }}
        group by claimed_key
        having count(*) > 1
    ),

    crowded as (
        select stated.claimed_key
        from {{ stated }} as stated
        inner join repeated on stated.claimed_key = repeated.claimed_key
        inner join {{ records }} as claimants on stated.record_key = claimants.record_key
        where not claimants.is_deleted
        group by stated.claimed_key
        having count(*) > 1
    )

    select
        stated.record_key,
        stated.claimed_key,
        case when crowded.claimed_key is not null then 'several records say that they are this one' end as reason

    from {{ stated }} as stated

    left join crowded
        on stated.claimed_key = crowded.claimed_key
{%- endmacro %}

{# What stewards and CRMs state themselves, whatever the records say. #}
{% macro stated_links(entity, decisions, merges, claims) -%}
    {{ steward_links(entity, decisions) }}
    union all
    {{ merge_links(merges) }}
    union all
    {{ crm_links(claims) }}
{%- endmacro %}

{# Links with an id of their own. A candidate that names a record which is not in the log is refused: it joins nothing. #}
{% macro numbered_links(links, records) %}
    with ends as (
        select left_key as record_key from {{ links }}
        union
        select right_key as record_key from {{ links }}
    ),

    known as (
        select records.record_key
        from {{ records }} as records
        inner join ends on records.record_key = ends.record_key
    )

    select
        links.left_key,
        {{ key_hash('links.left_key') }} as left_hash,
        links.right_key,
        links.tier,
        links.match_rule,
        links.match_key,
        links.holders,
        case when {{ is_whole() }} then links.status else 'refused' end as status,
        case when {{ is_whole() }} then links.reason else 'a record that it names is not there' end as reason,
        {{ dbt.hash("links.left_key || ' ' || links.right_key || ' ' || links.match_rule") }} as link_id

    from {{ links }} as links

    left join known as left_records
        on links.left_key = left_records.record_key

    left join known as right_records
        on links.right_key = right_records.record_key
{%- endmacro %}

{% macro is_whole() -%}
    left_records.record_key is not null and right_records.record_key is not null
{%- endmacro %}
