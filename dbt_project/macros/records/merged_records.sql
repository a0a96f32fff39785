{# The CRM's own merges: one row per record that was merged away, with the record that took its place.

   records  {system, object, model, id, and master (column: the loser names its winner) or losers (column: the winner
            lists its losers, joined by `;`)} #}
{% macro merged_records(records) %}
with

pairs as (
    {% for record in records %}
    {%- if record.master %}
    select
        {{ record_key(record.system, record.object, record.id) }} as loser_key,
        {{ record_key(record.system, record.object, record.master) }} as winner_key
    from {{ record.model }}
    where {{ record.master }} is not null
    {%- else %}
    select
        {{ record_key(record.system, record.object, split_rows(record.losers, ';')) }} as loser_key,
        {{ record_key(record.system, record.object, record.id) }} as winner_key
    from {{ record.model }}
    where {{ record.losers }} is not null
    {%- endif %}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- after a chain of merges the last survivor lists all losers, and so may its predecessors
distinct_losers as (

    select
        loser_key,
        max(winner_key) as winner_key

    from pairs

    where loser_key != winner_key

    group by loser_key

)

select * from distinct_losers
{%- endmacro %}
