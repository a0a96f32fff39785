{# The value that is trusted most at the start of the sync: each source has a greatest and a least trust, and a value
   loses trust with its age: not at all (`none`), evenly within a period (`linear`), or by half in each (`half_life`). #}
{% macro conflict_rule__trust_score(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': is_extreme(cell, trust_today(cell, policy), 'max')}) }}
{% endmacro %}
