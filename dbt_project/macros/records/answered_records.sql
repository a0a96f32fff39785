{# What stewards decided about values, as it stands now: one row per customer (company, deal) and field, the last decision.

   is_seen  the systems still say what they said when it was decided
   holds    the value is overridden: not expired, and where the line says `override: until_source_changes` only while is_seen

   A withdrawn one neither holds nor accepts: its row, where nothing else stands, only says whose values are to be decided anew.

   A decision is addressed to the record whose key the id hashes. So it follows that record where the customer becomes part
   of another one, and stays with the id where the customer comes apart. #}
{% macro answered_records(entity, decisions, records, crosswalk, runs) %}
    {%- set id = entity ~ '_id' %}
with

present as (

    select max(started_at) as sync_started_at from {{ runs }}

),

addressed as (

    select
        crosswalk.{{ id }},
        decisions.*,
        row_number() over (
            partition by crosswalk.{{ id }}, decisions.field
            order by
                (decisions.kind = 'withdrawn') asc nulls last,
                decisions.decided_at desc nulls last,
                decisions.decision_id desc nulls last
        ) as place

    from {{ decisions }} as decisions

    inner join {{ crosswalk }} as crosswalk
        on decisions.record_key = crosswalk.record_key

    where decisions.entity = '{{ entity }}'

),

latest as (

    select * from addressed
    where place = 1

),

said as (

    select
        latest.{{ id }},
        latest.field,
        {{ dbt.hash(joined_text("records.source || '=' || " ~ named_value(entity, 'latest.field', 'records'), '; ')) }} as seen

    from latest

    inner join {{ crosswalk }} as crosswalk
        on latest.{{ id }} = crosswalk.{{ id }}

    inner join {{ records }} as records
        on crosswalk.record_key = records.record_key
        and not records.is_deleted

    group by latest.{{ id }}, latest.field

),

answered as (

    select
        latest.{{ id }},
        latest.field,
        latest.kind,
        latest.value,
        latest.decision_id,
        latest.actor,
        latest.reason,
        latest.decided_at,
        latest.expires_at,
        (latest.seen is not distinct from said.seen) as is_seen,
        (latest.kind = 'override')
        and (latest.expires_at is null or latest.expires_at > present.sync_started_at)
        and ((latest.seen is not distinct from said.seen) or {{ stands_always(entity, 'latest.field') }}) as holds

    from latest

    cross join present

    left join said
        on latest.{{ id }} = said.{{ id }}
        and latest.field = said.field

)

select * from answered
{%- endmacro %}

{# The value that a record has in the field which a column names, as text. #}
{% macro named_value(entity, name, records) -%}
    case {{ name }}
            {%- for field in ownership(entity) %}
            when '{{ field }}' then cast({{ records }}.{{ field }} as string)
            {%- endfor %}
        end
{%- endmacro %}

{# Whether an override of the field which a column names outlives a change at a source. #}
{% macro stands_always(entity, name) -%}
    {%- set passing = [] -%}
    {%- for field, policy in ownership(entity).items() if policy.override == 'until_source_changes' -%}
        {%- do passing.append(field) -%}
    {%- endfor -%}
    {{ name ~ " not in ('" ~ passing | join("', '") ~ "')" if passing else 'true' }}
{%- endmacro %}
