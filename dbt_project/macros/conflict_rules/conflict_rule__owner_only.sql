{# The one owner's value, blank or not; nobody else's ever. #}
{% macro conflict_rule__owner_only(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': '1'}) }}
{% endmacro %}
