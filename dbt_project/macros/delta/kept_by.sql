{# The settings of a model whose rows a delta replaces: those with a key that `touched` names, a column or a list of them. #}
{% macro kept_by(key, touched) %}
    {{ config(
        materialized='incremental',
        incremental_strategy='touched',
        on_schema_change='fail',
        touched=touched,
        touched_by=[key] if key is string else key,
    ) }}
{% endmacro %}

{# The settings of a model that holds what this build touches and no more: everything, where it makes everything anew. What is made of it
   is kept by the same key. #}
{% macro of_this_build(touched) %}
    {{ config(materialized='table', touched=touched) }}
{% endmacro %}
