{# The strongest claim to each field: one row per customer, `<field>_rank` of the winner, null where nobody competes. #}
{% macro decided_records(entity, ranked) %}
with

ranked as (

    select * from {{ ranked }}

),

decided as (

    select
        {{ entity }}_id,
        {%- for rank in rank_lines(entity) %}
        max({{ rank }}) as {{ rank }}{{ "," if not loop.last }}
        {%- endfor %}

    from ranked

    group by {{ entity }}_id

)

select * from decided
{%- endmacro %}
