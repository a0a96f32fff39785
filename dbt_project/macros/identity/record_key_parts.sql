{# `system:object:id` as three columns; an id may have colons of its own. #}
{% macro record_key_parts(key, prefix='') -%}
    split_part({{ key }}, ':', 1) as {{ prefix }}source,
        split_part({{ key }}, ':', 2) as {{ prefix }}object,
        substr({{ key }}, length(split_part({{ key }}, ':', 1)) + length(split_part({{ key }}, ':', 2)) + 3) as {{ prefix }}source_record_id
{%- endmacro %}
