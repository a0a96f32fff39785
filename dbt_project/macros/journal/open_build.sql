{# Runs before every build: journals a native `dbt build` as a sync of its own (a `canon sync` has opened its row
   already and says which through the environment), and gives staging a table to read for every source that the
   policy names, loaded or not. #}
{% macro open_build() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test', 'show') %}
        {% do run_query("create schema if not exists ops") %}
        {% if opens_run() %}
            {% do run_query(open_native_run()) %}
        {% endif %}
        {% if flags.WHICH in ('build', 'run') %}
            {% do run_query(
                "update ops.sync_runs set policy_version = '" ~ policy_version() ~ "' where sync_seq = (select max(sync_seq) from ops.sync_runs)"
            ) %}
            {% do run_query(note_logic()) %}
        {% endif %}
        {% do run_query(create_missing_raw_tables()) %}
        {% if flags.WHICH in ('build', 'run') %}
            {% do open_position() %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Whether this invocation is a sync of its own: it changes tables, and no `canon sync` stands behind it. #}
{% macro opens_run() %}
    {{ return(flags.WHICH in ('build', 'run', 'snapshot') and not dbt_metadata_envs.get('SYNC_ID')) }}
{% endmacro %}

{# What the open run goes by, so that its changes have a cause. dbt alone cannot tell whether a macro was edited. #}
{% macro note_logic() %}
    {% set mark = dbt_metadata_envs.get('BUILD_MARK') %}
    create table if not exists ops.build_logic (sync_id varchar not null, logic_version varchar, policy_lines varchar not null);
    delete from ops.build_logic where sync_id = (select max_by(sync_id, sync_seq) from ops.sync_runs);
    insert into ops.build_logic (sync_id, logic_version, policy_lines)
    select max_by(sync_id, sync_seq), {{ "'" ~ mark ~ "'" if mark else 'null' }}, '{{ policy_lines() }}' from ops.sync_runs;
{% endmacro %}

{% macro open_native_run() %}
    update ops.sync_runs set status = 'failed', finished_at = cast(now() as timestamp), error = 'interrupted'
    where status = 'running';
    insert into ops.sync_runs (sync_id, sync_seq, started_at, status, mode)
    select
        'dbt-{{ invocation_id }}',
        coalesce(max(sync_seq), 0) + 1,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp),
        'running',
        'build'
    from ops.sync_runs;
{% endmacro %}

{% macro close_build(results) %}
    {% if execute and flags.WHICH in ('build', 'run') %}
        {% do close_position(results) %}
    {% endif %}
    {% if execute and opens_run() %}
        {% set failed = [] %}
        {% for result in results if result.status | string in ('error', 'fail', 'runtime error') %}
            {% do failed.append(result.node.name) %}
        {% endfor %}
        {% do run_query(
            "update ops.sync_runs set finished_at = cast(now() as timestamp), status = '"
            ~ ('failed' if failed else 'succeeded') ~ "', error = "
            ~ ("'failed: " ~ failed[:5] | join(', ') ~ "'" if failed else 'null')
            ~ " where sync_id = 'dbt-" ~ invocation_id ~ "'"
        ) %}
    {% endif %}
{% endmacro %}
