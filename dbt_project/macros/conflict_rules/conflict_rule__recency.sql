{# The value whose field changed last: not the record, which moves when anything on it does. #}
{% macro conflict_rule__recency(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': '1'}) }}
{% endmacro %}
