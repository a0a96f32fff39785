{# True where any record says so, else false where any says that; of several, the one that changed last.

   `blank: keep_blank` leaves it unknown where nobody says true and somebody nothing. #}
{% macro conflict_rule__any_true(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': truth_rank(cell.field, 'true', 'false')}) }}
{% endmacro %}
