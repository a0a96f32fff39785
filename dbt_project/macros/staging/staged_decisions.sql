{# What stewards decided: the last word on each of what a decision is about.

   about     the columns that say what a decision is about
   columns   every column, in its order
   standing  whether to leave out what was withdrawn #}
{% macro staged_decisions(table, about, columns, standing) %}

with

source as (

    select * from {{ source('canon', table) }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by {{ about | join(', ') }}
            order by decided_at desc nulls last, decision_id desc nulls last
        ) as place

    from source

),

latest as (

    select
        {%- for column in columns %}
        {{ column }}{{ "," if not loop.last }}
        {%- endfor %}

    from ordered

    where place = 1{{ " and kind != 'withdrawn'" if standing }}

)

select * from latest
{%- endmacro %}
