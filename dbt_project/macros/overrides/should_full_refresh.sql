{# Like dbt's own; besides, a model that is kept by deltas is made anew where nothing may be relied on: see int_customers_changed. #}
{% macro should_full_refresh() %}
    {% set wanted = config.get('full_refresh') %}
    {% if wanted is none %}
        {% set wanted = flags.FULL_REFRESH %}
    {% endif %}
    {{ return(wanted or (config.get('touched') is not none and everything_changed())) }}
{% endmacro %}

{% macro everything_changed() %}
    {% set changed = adapter.get_relation(database=this.database, schema=this.schema, identifier='int_customers_changed') %}
    {{ return(changed is none or run_query("select 1 from " ~ changed ~ " where is_all limit 1").rows | length > 0) }}
{% endmacro %}
