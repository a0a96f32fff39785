{# Priority of a boolean that outweighs the other; a blank, where it may win at all, stands between them. #}
{% macro truth_rank(field, strong, weak) -%}
    case {{ field }} when {{ strong }} then 2 when {{ weak }} then 0 else 1 end
{%- endmacro %}
