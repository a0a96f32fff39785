{# An explicit opt-out on any record of the person wins; opted in needs a record that may say so and no opt-out. Unknown is
   never consent. #}
{% macro conflict_rule__consent_most_restrictive(cell, policy) %}
    {{ return({
        'eligible': may_state_consent(cell, policy),
        'priority': 'case when ' ~ cell.field ~ ' then 2 else 1 end',
    }) }}
{% endmacro %}
