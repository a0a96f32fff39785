{# The settings of a staging model that is kept by deltas: the rows of records of which there is something new in the log go, what the log
   says of them now comes.

   key  the column with the record's id; `object` is a text, or none where the model has rows of several, in a column of that name #}
{% macro kept_by_log(system, object, key) %}
    {%- set key, named = (key, 'source_record_id') if object else (['object', key], ['object', 'source_record_id']) -%}
    {{ kept_by(key, changed_model(system), named, "touched.object = '" ~ object ~ "'" if object else none) }}
{% endmacro %}

{# Keeps those rows of the relation in the `from` clause before it that are of a record with something new. #}
{% macro only_changed(system, object, id) -%}
    {{ only_touched(changed_model(system), {'source_record_id': id}, "touched.object = '" ~ object ~ "'") }}
{%- endmacro %}

{% macro changed_model(system) %} {{ return('stg_' ~ system ~ '__changed_records') }} {% endmacro %}
