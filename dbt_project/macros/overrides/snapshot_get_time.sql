{# Snapshots open and close versions at the start of the sync, the only "now" of a build. #}
{% macro duckdb__snapshot_get_time() -%}
    (select max(started_at) from ops.sync_runs)
{%- endmacro %}
