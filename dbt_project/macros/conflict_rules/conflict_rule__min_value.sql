{# The least value; among equals the one that changed last. #}
{% macro conflict_rule__min_value(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': is_extreme(cell, cell.field, 'min')}) }}
{% endmacro %}
