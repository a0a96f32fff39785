{# Fails `dbt parse` where the days that superseded versions are kept are no number of days; see lint_policy. A policy without such a
   block keeps every version. #}
{% macro lint_retention() %}
    {% set lines = var('retention', none) or {} %}
    {% for key in lines %}
        {% do require_one_of('A key of retention', key, ['superseded_days']) %}
    {% endfor %}
    {% if lines.superseded_days is defined and lines.superseded_days is not none %}
        {% do require_count('retention.superseded_days', lines.superseded_days, 1) %}
    {% endif %}
{% endmacro %}
