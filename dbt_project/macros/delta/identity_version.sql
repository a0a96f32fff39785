{# A hash of the identity rules, their seeds and the models of identity: under another one nothing is relied on that the last build
   left. Macros and functions are not seen by dbt; `canon build` sees them and says so, and who edits them and calls dbt alone
   says --full-refresh. #}
{% macro identity_version() %}
    {% set parts = [tojson(var('identity'), sort_keys=true), env_var('DBT_ENV_CUSTOM_ENV_BUILD_MARK', '')] %}
    {% for node in (graph.nodes or {}).values() if node.resource_type == 'seed' or (node.resource_type == 'model' and '/identity/' in node.path) %}
        {% do parts.append(node.name ~ node.checksum.checksum) %}
    {% endfor %}
    {{ return(local_md5(parts | sort | join(' '))[:12]) }}
{% endmacro %}
