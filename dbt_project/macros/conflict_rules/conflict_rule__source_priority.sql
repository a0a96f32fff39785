{# The first source in the list that has a value; the field that changed last among records of one rank. Sources may share a
   rank: `[[salesforce, hubspot], product]`.

   blank: keep_blank lets a blank at the first source win. #}
{% macro conflict_rule__source_priority(cell, policy) %}
    {{ return({'eligible': may_win(cell, policy), 'priority': source_rank(policy.ranks)}) }}
{% endmacro %}
