{# The ownership matrix of one entity: field -> line. What it may say is checked once, by lint_policy. #}
{% macro ownership(entity) %}
    {{ return(var('ownership')[entity]) }}
{% endmacro %}

{% macro is_consent(entity, field) %}
    {{ return(ownership(entity)[field].rule.startswith('consent_')) }}
{% endmacro %}
