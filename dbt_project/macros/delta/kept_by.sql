{# The settings of a model whose rows a delta replaces: see touched.sql.

   key      the column that says which, or a list of them
   touched  name of the model that says what this build touches
   named    what the columns of `key` are called there; the same where nothing is said
   where    which rows of it count; all where nothing is said #}
{% macro kept_by(key, touched, named=none, where=none) %}
    {{ config(
        materialized='incremental',
        incremental_strategy='touched',
        on_schema_change='fail',
        touched=touched,
        touched_by=[key] if key is string else key,
        as_touched=[named] if named is string else named,
        touched_where=where,
    ) }}
{% endmacro %}

{# The settings of a model that holds what this build touches and no more: everything, where it makes everything anew. What is made of it
   is kept by the same key. #}
{% macro of_this_build(touched) %}
    {{ config(materialized='table', touched=touched) }}
{% endmacro %}
