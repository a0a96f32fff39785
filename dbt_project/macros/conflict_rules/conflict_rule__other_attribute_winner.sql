{# The value on the record that won the field which `follows` names. Where that record is blank, the next record in that
   field's order has its say, unless the line says `blank: keep_blank`. Where a steward overrides the followed field, the
   records that say what the steward says come first; where none does, records decide as if there were no override. #}
{% macro conflict_rule__other_attribute_winner(cell, policy) %}
    {% set line = line_of(cell.entity, policy.follows) %}
    {% set followed = rule_of(cell.entity, line) %}
    {% set by_rule = followed.by_rule or followed.holds or 'true' %}
    {% set repeated = [repeated_column(line)] + (followed.repeated or []) %}
    {% set holds = [] %}
    {% for column in repeated %}
        {% do holds.append('when bool_or(' ~ cell.may_win ~ ' and ' ~ column ~ ') over (partition by ' ~ cell.id ~ ') then ' ~ column) %}
    {% endfor %}
    {% do followed.update({
        'eligible': '(' ~ followed.eligible ~ ') and (' ~ may_win(cell, policy) ~ ')',
        'holds': 'case ' ~ holds | join(' ') ~ ' else ' ~ by_rule ~ ' end',
        'by_rule': by_rule,
        'repeated': repeated,
    }) %}
    {{ return(followed) }}
{% endmacro %}
