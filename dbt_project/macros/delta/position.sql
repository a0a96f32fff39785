{# Where the last whole build ended: which reads of the log it had taken in, what it was made of. A build goes on from there where
   everything that is kept by deltas is as that build left it; else it makes everything anew.

   Kept beside staging, in tables that no model owns: only the end of a run knows whether all of it went well. #}
{% macro open_position() %}
    {% do run_query("create schema if not exists staging") %}
    {% do run_query("create table if not exists staging.build_reads (source_table varchar, extract_id varchar, row_count bigint)") %}
    {% do run_query(
        "create table if not exists staging.build_position "
        ~ "(version varchar, is_whole boolean, is_open boolean, build_id varchar, since_id varchar, why_anew varchar)"
    ) %}
    {% if kept_nodes(selected_resources) %}
        {% set why = why_anew() %}
        {% do run_query(
            "create or replace table staging.build_position as select '" ~ build_version() ~ "' as version, "
            ~ (why is not none) ~ " as is_whole, true as is_open, runs.sync_id as build_id, before.build_id as since_id, "
            ~ ("'" ~ why ~ "'" if why else "null") ~ "::varchar as why_anew "
            ~ "from (select max_by(sync_id, sync_seq) as sync_id from ops.sync_runs) as runs "
            ~ "left join staging.build_position as before on not before.is_open"
        ) %}
        {% if not why %}{% do write_at_the_end() %}{% endif %}
    {% endif %}
{% endmacro %}

{# A delta of a thousand records among a million people writes 70 MB: DuckDB brings that into its file once, when the build closes it,
   and not four times in its midst. A build that makes everything anew writes more than that in any case. #}
{% macro write_at_the_end() %}
    {% do run_query("set checkpoint_threshold = '256MB'") %}
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

{# Why a build makes everything anew: what else than the log may have changed since the last whole build. None where it goes on from
   there. A source's fields count as the policy does: what they say of a value (a choice, a label) may hold for every record. #}
{% macro why_anew() %}
    {% set last = "staging.build_position where not is_open" %}
    {% if flags.FULL_REFRESH %}
        {{ return('asked for, by --full-refresh or for an erasure') }}
    {% elif not has_rows(last) %}
        {{ return('there is no complete build to go on from') }}
    {% elif not has_rows(last ~ " and version = '" ~ build_version() ~ "'") %}
        {{ return('policy, settings, models or macros are others than before') }}
    {% elif lacks_kept_tables() %}
        {{ return('a table is missing') }}
    {% elif has_rows("(" ~ changed_metadata() ~ ") as metadata") %}
        {{ return('the field metadata of a source changed') }}
    {% elif reads_much() %}
        {{ return('very much was loaded') }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{# Whether so much of the log is new that a delta may be about nearly everybody, as when a field's history is read for the first time.
   It would hold what it decides of them beside all that is kept, which takes more memory than to make everything anew.

   large_delta  a dbt variable: from how many new rows on, and from how many for each record of a person; both must be reached #}
{% macro reads_much() %}
    {% set limits = {'rows': 100000, 'share': 0.1} %}
    {% do limits.update(var('large_delta', {})) %}
    {{ return(has_rows(
        "(" ~ rows_added() ~ ") as added where new_rows >= " ~ (limits.rows | int) ~ " and new_rows >= records * " ~ (limits.share | float)
    )) }}
{% endmacro %}

{# How many rows the log has got since the last whole build, late ones of earlier reads included, and how many records of people that build knew. #}
{% macro rows_added() %}
    select
        sum(greatest(now.row_count - coalesce(before.row_count, 0), 0)) as new_rows,
        (select count(*) from marts.customer_sources) as records
    from (
        {% for source in graph.sources.values() if source.name == 'fields' %}
        {% set last = loop.last %}
        {% for table in log_tables(source.source_name) %}
        {{ rows_by_read(source.schema ~ '.' ~ table.name) }}
        {{ 'union all' if not (last and loop.last) }}
        {% endfor %}
        {% endfor %}
    ) as now
    left join staging.build_reads as before on now.source_table = before.source_table and now.extract_id = before.extract_id
{% endmacro %}

{# How many rows each read added to a table of the log. #}
{% macro rows_by_read(name, relation=none) %}
    select
        '{{ name }}' as source_table,
        coalesce(_extract_id, '') as extract_id,
        count(*) as row_count
    from {{ relation or name }}
    group by coalesce(_extract_id, '')
{%- endmacro %}

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
