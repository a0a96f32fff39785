{# An explicit opt-out on any record of the person wins: live, deleted or merged away. Opted in needs a live record that
   says so where it can be seen today, and no opt-out; a blank says nothing, and unknown is never consent. #}
{% macro conflict_rule__consent_most_restrictive(cell, policy) %}
    {% set listed = "source in ('" ~ policy.sources | join("', '") ~ "')" %}
    {{ return({
        'eligible': listed ~ " and (" ~ cell.field ~ " or (not " ~ cell.field
            ~ " and not is_deleted and competes and " ~ cell.field ~ "_is_visible))",
        'priority': "case when " ~ cell.field ~ " then 2 else 1 end",
    }) }}
{% endmacro %}
