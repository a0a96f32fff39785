{# Who belongs together at last: the components of the candidates where nobody disputed them, and those of what was left of the
   candidates where somebody did. A record that is in neither is a group of its own. #}
{% macro final_groups(reached, suspected, regrouped) %}
with

suspects as (

    select distinct group_key from {{ suspected }}

),

undisputed as (

    select
        reached.record_key,
        reached.group_key,
        reached.record_hash,
        reached.group_hash

    from {{ reached }} as reached

    left join suspects
        on reached.group_key = suspects.group_key

    where suspects.group_key is null

),

grouped as (

    select * from undisputed
    union all
    select * from {{ regrouped }}

)

select * from grouped
{%- endmacro %}

{# What is left of the disputed candidates as edges. #}
{% macro remaining_pairs(disputed, judged, touched=none) %}
    select disputed.left_key, disputed.right_key
    from {{ disputed }} as disputed
    inner join {{ judged }} as judged on disputed.link_id = judged.link_id
    {{ only_touched(touched, {'record_hash': 'disputed.left_hash'}) }}
    where judged.reason is null
{% endmacro %}
