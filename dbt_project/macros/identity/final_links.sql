{# Every proposed link with its verdict: `accepted`; `blocked` and `refused` on its own account; `demoted` where it was dropped
   because of the records that it would have put together. #}
{% macro final_links(proposed, judged) %}
with

proposed as (

    select * from {{ proposed }}

),

judged as (

    select * from {{ judged }}

),

linked as (

    select
        proposed.left_key,
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

{# Links of one status as edges between records that are there: what connected_components takes. #}
{% macro linked_pairs(links, records, status) %}
    select links.left_key, links.right_key
    from {{ links }} as links
    inner join {{ records }} as left_records on links.left_key = left_records.record_key
    inner join {{ records }} as right_records on links.right_key = right_records.record_key
    where links.status = '{{ status }}'
{% endmacro %}
