{# The value that most records say, in canonical form; among equals the one that changed last. #}
{% macro conflict_rule__frequency(cell, policy) %}
    {% set alike = ([cell.id] + cell.members) | join(', ') %}
    {{ return({
        'eligible': may_win(cell, policy),
        'priority': 'least(63, sum(case when ' ~ cell.may_win ~ ' then 1 else 0 end) over (partition by ' ~ alike ~ '))',
    }) }}
{% endmacro %}
