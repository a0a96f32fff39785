{# The candidates among records that cannot all be one, with what says which is the stronger one: judged_links tries them in
   that order. #}
{% macro disputed_links(proposed, reached, suspected, touched=none) %}
with

suspects as (

    select
        group_key,
        bool_or(reason = 'a steward keeps them apart') as is_parted

    from {{ suspected }}

    group by group_key

),

reached as {{ narrowed_first() }} (

    select reached.*

    from {{ reached }} as reached

    {{ only_touched(touched, {'record_hash': 'reached.record_hash'}) }}

),

members as {{ narrowed_first() }} (

    select
        reached.record_key,
        reached.record_hash,
        suspects.is_parted

    from reached

    inner join suspects
        on reached.group_key = suspects.group_key

),

-- of these few only: to read a link's texts takes longer than to find it
candidates as {{ narrowed_first() }} (

    select proposed.*

    from {{ proposed }} as proposed

    {{ only_among('members', {'record_hash': 'proposed.left_hash'}) }}

    where proposed.status = 'candidate'

),

disputed as (

    select
        candidates.link_id,
        candidates.left_key,
        candidates.left_hash,
        candidates.right_key,
        candidates.tier,
        candidates.holders,
        candidates.match_key,
        candidates.tier <= 2 and not members.is_parted as is_certain

    from candidates

    inner join members
        on candidates.left_key = members.record_key

)

select * from disputed
{%- endmacro %}
