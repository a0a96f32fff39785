{# The latest explicit statement wins. An opt-in takes an opt-out back only where it was seen to change, and later: a
   `false` that a record came with is a default that nobody stated. Unknown is never consent. #}
{% macro conflict_rule__consent_latest_explicit(cell, policy) %}
    {% set opted_out_at = 'max(case when ' ~ cell.may_win ~ ' and ' ~ cell.field ~ ' then ' ~ cell.clock ~ ' end) over (partition by '
        ~ cell.id ~ ')' %}
    {{ return({
        'eligible': may_state_consent(cell, policy),
        'holds': cell.field ~ ' or ' ~ opted_out_at ~ ' is null or (' ~ cell.field ~ "_clock != 'record_modified' and "
            ~ cell.clock ~ ' > ' ~ opted_out_at ~ ')',
        'priority': '1',
    }) }}
{% endmacro %}
