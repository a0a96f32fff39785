{# The greatest value; among equals the one that changed last.

   The priority counts distinct values down from 63: exact far beyond the records that one person can have. #}
{% macro conflict_rule__max_value(cell, policy) %}
    {{ return({
        'eligible': may_win(cell, policy),
        'priority': "64 - least(64, dense_rank() over (partition by " ~ cell.id ~ " order by " ~ cell.field ~ " desc nulls last))",
    }) }}
{% endmacro %}
