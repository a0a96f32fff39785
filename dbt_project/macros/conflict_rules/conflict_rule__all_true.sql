{# False where any record says so, else true; of several, the one that changed last.

   `blank: keep_blank` leaves it unknown where nobody says false and somebody nothing. #}
{% macro conflict_rule__all_true(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': truth_rank(cell.field, 'false', 'true')}) }}
{% endmacro %}
