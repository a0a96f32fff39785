{# CTEs extracts, objects and runs: what was read of each object but its history, and how much each delta wrote, the newest at place 1. #}
{% macro delta_runs() -%}
extracts as (

    select * from {{ ref('sync_extracts') }}

    -- which histories are read follows from the policy
    where lower(object) not like '%history'

),

objects as (

    select distinct
        source,
        object

    from extracts

),

runs as (

    select
        source,
        object,
        sum(rows_written) as rows_written,
        row_number() over (partition by source, object order by sync_seq desc nulls last) as place

    from extracts

    where mode = 'delta'

    group by source, object, sync_seq

),
{%- endmacro %}
