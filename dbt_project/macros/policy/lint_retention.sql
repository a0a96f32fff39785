{# Fails `dbt parse` where the days that superseded versions are kept are no number of days; see lint_policy. #}
{% macro lint_retention() %}
    {% for key in var('retention') %}
        {% do require_one_of('A key of retention', key, ['superseded_days']) %}
    {% endfor %}
    {% if var('retention').superseded_days is not none %}
        {% do require_count('retention.superseded_days', var('retention').superseded_days, 1) %}
    {% endif %}
{% endmacro %}
