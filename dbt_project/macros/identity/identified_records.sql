{# The crosswalk of an entity: one row per source record with the id of whom it belongs to and the link that says so.

   The id hashes the member that was seen first (first sync, then source, object, id), so it never changes when a member
   joins or the warehouse is rebuilt from the log. #}
{% macro identified_records(entity, records, groups, links, touched=none) %}
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

identified as (

    select
        records.record_key,
        records.record_hash,
        {{ dbt.hash("first_value(records.record_key) over oldest_first") }} as {{ entity }}_id,
        {{ dbt.hash("records.record_key") }} as own_id,
        coalesce(strongest.match_rule, 'only_record') as match_rule,
        strongest.match_key

    from records

    left join grouped
        on records.record_key = grouped.record_key

    left join strongest
        on records.record_key = strongest.record_key
        and strongest.place = 1

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
