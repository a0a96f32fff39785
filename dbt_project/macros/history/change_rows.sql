{# The journal of an entity: one row per field that changed between two versions of its snapshot, births and
   retirements (`field = <entity>_id`) included. Only versions of syncs after the last journalled one are compared. #}
{% macro change_rows(entity, snapshot, runs, also=[]) %}
    {%- set id = entity ~ '_id' %}
    {%- set matrix = ownership(entity) %}
    {{- config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
        touched=reopened_model(entity),
        touched_by=[id],
    ) }}
with

{% if is_incremental() -%}
journalled_until as (

    select coalesce(max(changed_at), cast('1970-01-01' as timestamp)) as changed_at

    from {{ this }}

),

-- of whom a version began or ended since
changed_since as (

    select distinct versions.{{ id }}

    from {{ snapshot }} as versions

    inner join journalled_until
        on versions.dbt_valid_from > journalled_until.changed_at
        or versions.dbt_valid_to > journalled_until.changed_at

),

versions as materialized (

    select snapshot.*

    from {{ snapshot }} as snapshot

    inner join changed_since
        on snapshot.{{ id }} = changed_since.{{ id }}

),

{% endif -%}
{%- set versions = 'versions' if is_incremental() else snapshot -%}
-- runs that built, each with the last one before it that also finished: a build that died may have decided nothing
built as (

    select
        sync_id,
        sync_seq,
        started_at,
        policy_version,
        logic_version,
        policy_lines,
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
        built.previous_seq,
        built.policy_lines,
        previous_build.policy_lines as previous_lines,
        coalesce(built.policy_version != previous_build.policy_version, false) as is_other_policy,
        coalesce(built.logic_version != previous_build.logic_version, false) as is_other_logic

    from built

    left join built as previous_build
        on built.previous_seq = previous_build.sync_seq

),

-- versions by their times alone: what they say is fetched where two of them follow one another
steps as (

    select
        {{ id }},
        dbt_valid_from,
        dbt_valid_to,
        last_sync_seq,
        lag(dbt_valid_from) over (partition by {{ id }} order by dbt_valid_from nulls last) as earlier_from,
        lag(dbt_valid_to) over (partition by {{ id }} order by dbt_valid_from nulls last) as earlier_to,
        lead(dbt_valid_from) over (partition by {{ id }} order by dbt_valid_from nulls last) as later_from

    from {{ versions }}

),

begun as (

    select
        steps.{{ id }},
        steps.dbt_valid_from as changed_at,
        steps.earlier_from,
        (steps.earlier_to is distinct from steps.dbt_valid_from) as is_birth,
        {{ made_by('steps') }}

    from steps

    left join builds
        on steps.dbt_valid_from = builds.started_at

),

retired as (

    select
        steps.{{ id }},
        steps.dbt_valid_to as changed_at,
        'identity' as cause,
        {{ made_by('steps') }}

    from steps

    left join builds
        on steps.dbt_valid_to = builds.started_at

    where steps.dbt_valid_to is not null and (steps.dbt_valid_to is distinct from steps.later_from)

),

pairs as (

    select
        begun.*,
        case when current_version.members != earlier.members then 'identity' else 'source' end as cause
        {%- for field in ownership(entity).keys() | list + also + ['is_deleted'] %},
        cast(earlier.{{ field }} as string) as old_{{ field }},
        cast(current_version.{{ field }} as string) as new_{{ field }}
        {%- endfor %}
        {%- for field in ownership(entity) %},
        earlier.{{ field }}_source as old_{{ field }}_source,
        current_version.{{ field }}_source as new_{{ field }}_source
        {%- endfor %}

    from begun

    inner join {{ versions }} as current_version
        on begun.{{ id }} = current_version.{{ id }}
        and begun.changed_at = current_version.dbt_valid_from

    inner join {{ versions }} as earlier
        on begun.{{ id }} = earlier.{{ id }}
        and begun.earlier_from = earlier.dbt_valid_from

),

changes as (

    select {{ id }}, '{{ id }}' as field, cast(null as string) as old_value, {{ id }} as new_value,
        cast(null as string) as old_source, cast(null as string) as new_source,
        {{ redecided_cause("'source'") }} as cause, changed_at, sync_id
    from begun
    where is_birth
    union all
    select {{ id }}, '{{ id }}', {{ id }}, cast(null as string), cast(null as string), cast(null as string),
        {{ redecided_cause('cause') }}, changed_at, sync_id
    from retired
    {%- for field in matrix.keys() | list + also + ['is_deleted'] %}
    {%- set owned = field in matrix %}
    union all
    select {{ id }}, '{{ field }}', old_{{ field }}, new_{{ field }},
        {{ 'old_' ~ field ~ '_source' if owned else 'cast(null as string)' }},
        {{ 'new_' ~ field ~ '_source' if owned else 'cast(null as string)' }},
        {{ cause_of(entity, field, matrix) if owned else redecided_cause('cause') }}, changed_at, sync_id
    from pairs
    where (old_{{ field }} is distinct from new_{{ field }})
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

    inner join journalled_until
        on changes.changed_at > journalled_until.changed_at
    {% endif %}

)

select * from journalled
{%- endmacro %}

{# The build that a version came of, and whether no record of it is newer than the build before, which went by something else. #}
{% macro made_by(version) -%}
    builds.sync_id,
        builds.policy_lines,
        builds.previous_lines,
        builds.is_other_policy,
        (builds.is_other_policy or builds.is_other_logic)
        and {{ version }}.last_sync_seq <= builds.previous_seq as is_redecided
{%- endmacro %}

{# What a build that decided anew was given anew, a line of the policy or the logic; else the cause. A build of which that is
   not on record (an earlier release's) knows of its policy as a whole. #}
{% macro redecided_cause(cause, parts=['identity']) -%}
    case
            when not coalesce(is_redecided, false) then {{ cause }}
            when previous_lines is null then case when is_other_policy then 'policy' else 'loader' end
            {%- for part in parts %}
            when {{ policy_line('policy_lines', part) }} != {{ policy_line('previous_lines', part) }} then 'policy'
            {%- endfor %}
            else 'loader'
        end
{%- endmacro %}

{# A steward's word came, went or changed, on the field or on one that it follows; else what changed the row. #}
{% macro cause_of(entity, field, matrix) -%}
    {%- set decided = ["'steward' in (old_" ~ field ~ "_source, new_" ~ field ~ "_source)"] -%}
    {%- for other in followed_by(field, matrix) -%}
        {%- do decided.append(
            "'steward' in (old_" ~ other ~ "_source, new_" ~ other ~ "_source) and ((old_" ~ other ~ "_source is distinct from new_"
            ~ other ~ "_source) or (old_" ~ other ~ " is distinct from new_" ~ other ~ "))"
        ) -%}
    {%- endfor -%}
    case when {{ decided | join(' or ') }} then 'override' else {{ redecided_cause('cause', ['identity', entity ~ '.' ~ field]) }} end
{%- endmacro %}

{# The fields that a field follows, the nearest first. #}
{% macro followed_by(field, matrix) %}
    {% set found = [] %}
    {% for step in matrix if matrix[found[-1] if found else field].follows %}
        {% do found.append(matrix[found[-1] if found else field].follows) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
