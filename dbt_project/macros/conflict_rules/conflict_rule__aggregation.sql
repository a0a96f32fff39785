{# All distinct values of the records that may win, as one sorted set: nobody's value loses.

   The rank only says which of them changed last. Value and provenance are put together by combined_value. #}
{% macro conflict_rule__aggregation(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': '1'}) }}
{% endmacro %}
