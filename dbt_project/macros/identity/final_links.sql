{# Every proposed link with its verdict: `accepted`; `blocked` and `refused` on its own account; `demoted` where it was dropped
   because of the records that it would have put together. #}
{% macro final_links(proposed, judged, touched=none) %}
with

proposed as {{ narrowed_first() }} (

    select proposed.*

    from {{ proposed }} as proposed

    {{ only_touched(touched, {'record_hash': 'proposed.left_hash'}) }}

),

judged as (

    select * from {{ judged }}

),

linked as (

    select
        proposed.left_key,
        proposed.left_hash,
        proposed.right_key,
        proposed.tier,
        proposed.match_rule,
        proposed.match_key,
        case
            when proposed.status != 'candidate' then proposed.status
            when judged.reason is not null then 'demoted'
            else 'accepted'
        end as status,
        coalesce(proposed.reason, substr(judged.reason, 3)) as reason

    from proposed

    left join judged
        on proposed.link_id = judged.link_id

)

select * from linked
{%- endmacro %}

{# Links of one status as edges: what connected_components takes. #}
{% macro linked_pairs(links, status) %}
    select left_key, right_key from {{ links }}
    where status = '{{ status }}'
{% endmacro %}
