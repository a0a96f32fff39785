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

members as (

    select
        reached.record_key,
        suspects.is_parted

    from {{ reached }} as reached

    inner join suspects
        on reached.group_key = suspects.group_key

),

disputed as (

    select
        proposed.link_id,
        proposed.left_key,
        proposed.right_key,
        proposed.tier,
        proposed.holders,
        proposed.match_key,
        proposed.tier <= 2 and not members.is_parted as is_certain

    from {{ proposed }} as proposed

    inner join members
        on proposed.left_key = members.record_key

    {{ only_touched(touched, {'record_key': 'proposed.left_key'}) }}

    where proposed.status = 'candidate'

)

select * from disputed
{%- endmacro %}
