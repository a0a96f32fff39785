{# The longest text; among equally long ones the one that changed last. #}
{% macro conflict_rule__longest(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': is_extreme(cell, 'length(' ~ cell.field ~ ')', 'max')}) }}
{% endmacro %}
