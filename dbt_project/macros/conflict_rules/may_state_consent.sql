{# Whose word on consent counts: an explicit opt-out on any record of the person, live, deleted or merged away; an opt-in
   on a live record only, and where it can be seen today. A blank says nothing. #}
{% macro may_state_consent(cell, policy) -%}
    source in ('{{ policy.sources | join("', '") }}')
                and ({{ cell.field }} or (not {{ cell.field }} and not is_deleted and competes and {{ cell.field }}_is_visible))
{%- endmacro %}
