{# The raw column that holds the product's user id on an object; none where the policy names no such field. #}
{% macro external_id_column(system, object) %}
    {% set field = var('identity').get('external_id', {}).get(system, {}).get(object) %}
    {{ return(field | lower if field else none) }}
{% endmacro %}

{# Column -> type of what identity reads of a raw table beside keys and mapped fields. #}
{% macro identity_columns(system, object) %}
    {% set column = external_id_column(system, object) %}
    {{ return({column: 'varchar'} if column else {}) }}
{% endmacro %}

{# SQL of a staged record's external id; null where the policy names no field for it. #}
{% macro own_external_id(system, object) -%}
    {{ 'records.external_id' if external_id_column(system, object) else 'cast(null as string)' }}
{%- endmacro %}
