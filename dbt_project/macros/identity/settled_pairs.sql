{# Pairs of records that a steward decided about, in both directions. #}
{% macro settled_pairs(entity, decisions) %}
with

decisions as (

    select * from {{ decisions }}

    where entity = '{{ entity }}'

),

settled as (

    select
        left_key,
        right_key,
        kind
    from decisions
    union all
    select
        right_key as left_key,
        left_key as right_key,
        kind
    from decisions

)

select * from settled
{%- endmacro %}

{# Groups of records in which a steward keeps two apart. members: relation of (group_key, record_key). #}
{% macro parted_groups(members, settled) %}
    select distinct
        left_members.group_key,
        'a steward keeps them apart' as reason

    from {{ settled }} as settled

    inner join {{ members }} as left_members
        on settled.left_key = left_members.record_key

    inner join {{ members }} as right_members
        on settled.right_key = right_members.record_key
        and left_members.group_key = right_members.group_key

    where settled.kind = 'cannot_link'
{%- endmacro %}
