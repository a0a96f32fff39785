{# The shortest text; among equally short ones the one that changed last. #}
{% macro conflict_rule__shortest(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': is_extreme(cell, 'length(' ~ cell.field ~ ')', 'min')}) }}
{% endmacro %}
