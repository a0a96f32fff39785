{# Only what all records that may win agree on; where two disagree, nobody's value.

   A blank says nothing, and disagrees where the line lets it win. #}
{% macro conflict_rule__unanimous_or_null(cell, policy) %}
    {% set apart = 'over (partition by ' ~ cell.id ~ ')' %}
    {% set stated = 'case when ' ~ cell.may_win ~ ' then ' ~ cell.field ~ ' end' %}
    {% set whole = ' and not bool_or(' ~ cell.may_win ~ ' and ' ~ cell.is_blank ~ ') ' ~ apart %}
    {{ return({
        'eligible': may_win(cell, policy),
        'holds': 'min(' ~ stated ~ ') ' ~ apart ~ ' = max(' ~ stated ~ ') ' ~ apart
            ~ (whole if policy.blank in ('keep_blank', 'clear') else ''),
        'priority': '1',
    }) }}
{% endmacro %}
