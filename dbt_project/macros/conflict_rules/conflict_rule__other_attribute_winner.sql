{# The value on the record that won the field which `follows` names. Where that record is blank, the next record in that
   field's order has its say, unless the line says `blank: keep_blank`. #}
{% macro conflict_rule__other_attribute_winner(cell, policy) %}
    {% set followed = rule_of(cell.entity, line_of(cell.entity, policy.follows)) %}
    {% do followed.update({'eligible': '(' ~ followed.eligible ~ ') and (' ~ may_win(cell, policy) ~ ')'}) %}
    {{ return(followed) }}
{% endmacro %}
