{# The value that has stood longest: the earliest clock of the field wins. #}
{% macro conflict_rule__oldest_value(cell, policy) %}
    {{ return({
        'eligible': may_win(cell, policy),
        'priority': '1',
        'clock': '(cast(4398046511103 as bigint) - ' ~ epoch_ms(cell.clock) ~ ')',
    }) }}
{% endmacro %}
