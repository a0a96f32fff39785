{# The journal of an entity: one row per field that changed between two versions of its snapshot, births and
   retirements (`field = <entity>_id`) included. Only versions of syncs after the last journalled one are compared. #}
{% macro change_rows(entity, snapshot, runs, also=[]) %}
    {%- set id = entity ~ '_id' %}
    {%- set matrix = ownership(entity) %}
with

versions as (

    select
        *,
        row_number() over (partition by {{ id }} order by dbt_valid_from nulls last) as version_number

    from {{ snapshot }}

),

-- runs that built, each with the last one before it that also finished: a build that died may have decided nothing
built as (

    select
        sync_id,
        sync_seq,
        started_at,
        policy_version,
        max(case when status is distinct from 'failed' then sync_seq end) over (
            order by sync_seq nulls last
            rows between unbounded preceding and 1 preceding
        ) as previous_seq

    from {{ runs }}

    where policy_version is not null

),

builds as (

    select
        built.sync_id,
        built.started_at,
        built.policy_version,
        built.previous_seq,
        previous_build.policy_version as previous_policy

    from built

    left join built as previous_build
        on built.previous_seq = previous_build.sync_seq

),

pairs as (

    select
        current_version.{{ id }},
        current_version.dbt_valid_from as changed_at,
        earlier.{{ id }} is null as is_birth,
        builds.sync_id,
        case
            when current_version.members != earlier.members then 'identity'
            when builds.policy_version != builds.previous_policy
                and current_version.last_sync_seq <= builds.previous_seq then 'policy'
            else 'source'
        end as cause
        {%- for field in ownership(entity).keys() | list + also + ['is_deleted'] %},
        cast(earlier.{{ field }} as string) as old_{{ field }},
        cast(current_version.{{ field }} as string) as new_{{ field }}
        {%- endfor %}
        {%- for field in ownership(entity) %},
        earlier.{{ field }}_source as old_{{ field }}_source,
        current_version.{{ field }}_source as new_{{ field }}_source
        {%- endfor %}

    from versions as current_version

    left join versions as earlier
        on current_version.{{ id }} = earlier.{{ id }}
        and current_version.version_number = earlier.version_number + 1

    left join builds
        on current_version.dbt_valid_from = builds.started_at

),

retired as (

    select
        closed.{{ id }},
        closed.dbt_valid_to as changed_at,
        builds.sync_id

    from versions as closed

    left join versions as later
        on closed.{{ id }} = later.{{ id }}
        and closed.dbt_valid_to = later.dbt_valid_from

    left join builds
        on closed.dbt_valid_to = builds.started_at

    where closed.dbt_valid_to is not null and later.{{ id }} is null

),

changes as (

    select {{ id }}, '{{ id }}' as field, cast(null as string) as old_value, {{ id }} as new_value,
        cast(null as string) as old_source, cast(null as string) as new_source, 'source' as cause, changed_at, sync_id
    from pairs
    where is_birth
    union all
    select {{ id }}, '{{ id }}', {{ id }}, cast(null as string), cast(null as string), cast(null as string),
        'identity', changed_at, sync_id
    from retired
    {%- for field in matrix.keys() | list + also + ['is_deleted'] %}
    {%- set owned = field in matrix %}
    union all
    select {{ id }}, '{{ field }}', old_{{ field }}, new_{{ field }},
        {{ 'old_' ~ field ~ '_source' if owned else 'cast(null as string)' }},
        {{ 'new_' ~ field ~ '_source' if owned else 'cast(null as string)' }},
        {{ cause_of(field, matrix) if owned else 'cause' }}, changed_at, sync_id
    from pairs
    where not is_birth and old_{{ field }} is distinct from new_{{ field }}
    {%- endfor %}

),

journalled as (

    select
        changes.{{ id }},
        changes.field,
        changes.old_value,
        changes.new_value,
        changes.old_source,
        changes.new_source,
        changes.cause,
        changes.changed_at,
        changes.sync_id

    from changes

    {% if is_incremental() %}
    where changes.changed_at > (
        select coalesce(max(journal.changed_at), cast('1970-01-01' as timestamp)) from {{ this }} as journal
    )
    {% endif %}

)

select * from journalled
{%- endmacro %}

{# A steward's word came, went or changed, on the field or on one that it follows; else what changed the row. #}
{% macro cause_of(field, matrix) -%}
    {%- set decided = ["'steward' in (old_" ~ field ~ "_source, new_" ~ field ~ "_source)"] -%}
    {%- for other in followed_by(field, matrix) -%}
        {%- do decided.append(
            "'steward' in (old_" ~ other ~ "_source, new_" ~ other ~ "_source) and ((old_" ~ other ~ "_source is distinct from new_"
            ~ other ~ "_source) or (old_" ~ other ~ " is distinct from new_" ~ other ~ "))"
        ) -%}
    {%- endfor -%}
    case when {{ decided | join(' or ') }} then 'override' else cause end
{%- endmacro %}

{# The fields that a field follows, the nearest first. #}
{% macro followed_by(field, matrix) %}
    {% set found = [] %}
    {% for step in matrix if matrix[found[-1] if found else field].follows %}
        {% do found.append(matrix[found[-1] if found else field].follows) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
