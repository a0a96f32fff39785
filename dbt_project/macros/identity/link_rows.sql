{# The published audit of identity: every link between two source records, counted or not, with the reason. #}
{% macro link_rows(links) %}
with

links as (

    select * from {{ links }}

),

published as (

    select
        {{ record_key_parts('left_key') }},
        {{ record_key_parts('right_key', 'other_') }},
        tier,
        match_rule,
        match_key,
        status,
        reason

    from links

)

select * from published
{%- endmacro %}

{# `system:object:id` as three columns; an id may have colons of its own. #}
{% macro record_key_parts(key, prefix='') -%}
    split_part({{ key }}, ':', 1) as {{ prefix }}source,
        split_part({{ key }}, ':', 2) as {{ prefix }}object,
        substr({{ key }}, length(split_part({{ key }}, ':', 1)) + length(split_part({{ key }}, ':', 2)) + 3) as {{ prefix }}source_record_id
{%- endmacro %}
