{# The candidates among records that cannot all be one, in the order in which they are tried: the strongest first.

   Of two links of one tier the one on the less shared value is stronger, then the hash of the value decides. #}
{% macro disputed_links(proposed, reached, suspected) %}
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
        proposed.tier <= 2 and not members.is_parted as is_certain,
        row_number() over (
            order by
                proposed.tier nulls last,
                proposed.holders nulls last,
                proposed.match_key nulls last,
                proposed.link_id nulls last
        ) as place

    from {{ proposed }} as proposed

    inner join members
        on proposed.left_key = members.record_key

    where proposed.status = 'candidate'

)

select * from disputed
{%- endmacro %}
