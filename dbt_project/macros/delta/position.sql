{# Where the last whole build ended: which reads of the log it had taken in, what it was made of. A build goes on from there where
   everything that is kept by deltas is as that build left it; else it makes everything anew.

   Kept beside staging, in tables that no model owns: only the end of a run knows whether all of it went well. #}
{% macro open_position() %}
    {% do run_query("create schema if not exists staging") %}
    {% do run_query("create table if not exists staging.build_reads (source_table varchar, extract_id varchar, row_count bigint)") %}
    {% do run_query(
        "create table if not exists staging.build_position "
        ~ "(version varchar, is_whole boolean, is_open boolean, build_id varchar, since_id varchar)"
    ) %}
    {% if kept_nodes(selected_resources) %}
        {% set is_whole = flags.FULL_REFRESH or not goes_on() %}
        {% do run_query(
            "create or replace table staging.build_position as select '" ~ build_version() ~ "' as version, "
            ~ is_whole ~ " as is_whole, true as is_open, runs.sync_id as build_id, before.build_id as since_id "
            ~ "from (select max_by(sync_id, sync_seq) as sync_id from ops.sync_runs) as runs "
            ~ "left join staging.build_position as before on not before.is_open"
        ) %}
    {% endif %}
{% endmacro %}

{# After the last model: the position moves where all that is kept by deltas was built; else the next build makes it anew. #}
{% macro close_position(results) %}
    {% set built = [] %}
    {% for result in results if result.status | string == 'success' %}
        {% do built.append(result.node.unique_id) %}
    {% endfor %}
    {% if kept_nodes(graph.nodes.keys()) | reject('in', built) | list | length == 0 %}
        {% do run_query(
            "begin; delete from staging.build_reads; insert into staging.build_reads " ~ log_read() ~ "; "
            ~ "create or replace table staging.build_kept as " ~ kept_rows() ~ "; "
            ~ "update staging.build_position set is_open = false; commit"
        ) %}
    {% endif %}
{% endmacro %}

{# Which published tables a delta replaces rows of, and by which keys: what a copy of the build before lacks. One row per table and key. #}
{% macro kept_rows() %}
    {% set rows = [] %}
    {% for id in kept_nodes(graph.nodes.keys()) %}
        {% set node = graph.nodes[id] %}
        {% set touched = graph.nodes['model.' ~ node.package_name ~ '.' ~ node.config.touched] %}
        {% for column in node.config.get('touched_by') or [] if node.schema in ('marts', 'snapshots', 'ops') %}
            {% set named = (node.config.get('as_touched') or node.config.touched_by)[loop.index0] %}
            {% do rows.append("('" ~ [node.schema, node.alias, column, touched.schema, touched.alias, named] | join("', '") ~ "')") %}
        {% endfor %}
    {% endfor %}
    {{ return(
        "select * from (values " ~ rows | join(', ')
        ~ ") as kept (table_schema, table_name, key, touched_schema, touched_name, touched_key)"
    ) }}
{% endmacro %}

{# Those of some nodes that hold what earlier builds made, or only what this one touches. #}
{% macro kept_nodes(ids) %}
    {% set kept = [] %}
    {% for id in ids if id in graph.nodes and graph.nodes[id].config.get('touched') %}
        {% do kept.append(id) %}
    {% endfor %}
    {{ return(kept) }}
{% endmacro %}

{# Whether nothing but the log may have changed since the last whole build, and of that not too much. A source's fields count as the
   policy does: what they say of a value (a choice, a label) may hold for every record. #}
{% macro goes_on() %}
    {% set is_known = has_rows("staging.build_position where not is_open and version = '" ~ build_version() ~ "'") %}
    {{ return(
        is_known and not lacks_kept_tables() and not reads_much() and not has_rows("(" ~ changed_metadata() ~ ") as metadata")
    ) }}
{% endmacro %}

{# Whether so much of the log is new that a delta would be about nearly everybody, as when a field's history is read for the first time.
   It would hold what it decides of them beside all that is kept, which takes more memory than to make everything anew.

   large_delta  a dbt variable: from how many new rows, and from which share of all rows on; both must be reached #}
{% macro reads_much() %}
    {% set limits = var('large_delta', {'rows': 100000, 'share': 0.1}) %}
    {{ return(has_rows(
        "(" ~ rows_written() ~ ") as log where new_rows >= " ~ (limits.rows | int) ~ " and new_rows >= all_rows * " ~ (limits.share | float)
    )) }}
{% endmacro %}

{# How many rows were written since the last whole build, and how many there are with those that it read. What is pruned is in neither.
   dlt appends a line of its journal at least once. #}
{% macro rows_written() %}
    select writes.new_rows, writes.new_rows + (select sum(row_count) from staging.build_reads) as all_rows
    from (
        select sum(rows_written) as new_rows
        from (
            {% for source in graph.sources.values() if source.name == 'extracts' %}
            select distinct extract_id, sync_seq, rows_written from {{ source.schema }}.extracts
            {{ 'union all' if not loop.last }}
            {% endfor %}
        ) as extracts
        where sync_seq > (
            select runs.sync_seq from staging.build_position as position join ops.sync_runs as runs on position.build_id = runs.sync_id
        )
    ) as writes
{% endmacro %}

{% macro lacks_kept_tables() %}
    {% set there = run_query("select table_schema || '.' || table_name from information_schema.tables").columns[0].values() %}
    {% set lacking = [] %}
    {% for id in kept_nodes(graph.nodes.keys()) if graph.nodes[id].schema ~ '.' ~ graph.nodes[id].alias not in there %}
        {% do lacking.append(id) %}
    {% endfor %}
    {{ return(lacking | length > 0) }}
{% endmacro %}

{# Field metadata of which there are other rows than the last whole build read. #}
{% macro changed_metadata() %}
    select 1 from (
        {% for source in graph.sources.values() if source.name == 'fields' %}
        select '{{ source.schema }}.fields' as source_table, count(*) as row_count from {{ source.schema }}.fields
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as metadata
    left join staging.build_reads as before on metadata.source_table = before.source_table
    where metadata.row_count is distinct from coalesce(before.row_count, 0)
{% endmacro %}

{# What there is to read, as rows of staging.build_reads. #}
{% macro log_read() %}
    {% for source in graph.sources.values() if source.name == 'fields' %}
    select '{{ source.schema }}.fields', '', count(*) from {{ source.schema }}.fields union all
    select source_table, extract_id, row_count from staging.stg_{{ source.source_name }}__read_extracts
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{# A hash of what a build is made of but the log: the policy and its seeds, the models, what `canon build` says of macros and functions. #}
{% macro build_version() %}
    {% set parts = [policy_version(), env_var('DBT_ENV_CUSTOM_ENV_BUILD_MARK', ''), env_var('CANON_INTEGRATION_USERS', '')] %}
    {% for node in (graph.nodes or {}).values() if node.resource_type in ('model', 'snapshot') %}
        {% do parts.append(node.name ~ node.checksum.checksum) %}
    {% endfor %}
    {{ return(local_md5(parts | sort | join(' '))[:12]) }}
{% endmacro %}

{# Whether this build makes everything anew. True where there is no position, as when dbt only compiles. #}
{% macro builds_whole() %}
    {% if not (this and execute) %}
        {{ return(true) }}
    {% endif %}
    {% set facts = facts_of_this_build() %}
    {% if facts.builds_whole is not defined %}
        {% set position = adapter.get_relation(this.database, 'staging', 'build_position') %}
        {% do facts.update({'builds_whole': not position or not has_rows(position ~ " where not is_whole")}) %}
    {% endif %}
    {{ return(facts.builds_whole) }}
{% endmacro %}

{# What stays as it is from the first model to the last, and is asked for by hundreds of them: the graph is one object all the way, and may
   be another invocation's afterwards. #}
{% macro facts_of_this_build() %}
    {{ return(graph.setdefault('facts_of_' ~ invocation_id, {})) }}
{% endmacro %}
