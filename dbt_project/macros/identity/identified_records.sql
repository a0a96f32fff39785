{# The crosswalk of an entity: one row per source record with the id of whom it belongs to and the link that says so.

   The id hashes the member that was seen first (first sync, then source, object, id), so it never changes when a member
   joins or the warehouse is rebuilt from the log. `kept` names records that go on with the id of one that was erased. #}
{% macro identified_records(entity, records, groups, links, touched=none, kept=none) %}
{%- set own_id = dbt.hash('records.record_key') -%}
{%- set own_id = 'coalesce(kept.kept_id, ' ~ own_id ~ ')' if kept else own_id %}
with

records as {{ narrowed_first() }} (

    select records.*

    from {{ records }} as records

    {{ only_touched(touched, {'record_hash': 'records.record_hash'}) }}

),

grouped as {{ narrowed_first() }} (

    select grouped.*

    from {{ groups }} as grouped

    {{ only_touched(touched, {'record_hash': 'grouped.record_hash'}) }}

),

-- links stay among touched records, or among others
links as {{ narrowed_first() }} (

    select links.*

    from {{ links }} as links

    {{ only_touched(touched, {'record_hash': 'links.left_hash'}) }}

    where links.status = 'accepted'

),

-- what ties a record to others
ends as (

    select left_key as record_key, tier, match_rule, match_key from links
    union all
    select right_key as record_key, tier, match_rule, match_key from links

),

strongest as (

    select
        *,
        row_number() over (
            partition by record_key
            order by tier nulls last, match_rule nulls last, match_key nulls last
        ) as place

    from ends

),

{% if kept %}
kept as (

    select * from {{ kept }}

),
{% endif %}

identified as (

    select
        records.record_key,
        records.record_hash,
        first_value({{ own_id }}) over oldest_first as {{ entity }}_id,
        {{ own_id }} as own_id,
        coalesce(strongest.match_rule, 'only_record') as match_rule,
        strongest.match_key

    from records

    left join grouped
        on records.record_key = grouped.record_key

    left join strongest
        on records.record_key = strongest.record_key
        and strongest.place = 1

    {% if kept %}
    left join kept
        on records.record_key = kept.record_key
    {% endif %}

    window oldest_first as (
        partition by coalesce(grouped.group_key, records.record_key)
        order by
            records.first_sync_seq nulls last,
            records.source nulls last,
            records.object nulls last,
            records.source_record_id nulls last
    )

)

select * from identified
{%- endmacro %}
