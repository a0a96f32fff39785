{# The owner's (first source's) value stands, forwards and backwards; where the owner is blank, the highest
   stage in `order` that another listed system states, and has stated since, where the owner cleared its own.
   A stage that `order` does not name ranks lowest. #}
{% macro conflict_rule__monotonic(cell, policy) %}
    {% set stages = [] %}
    {% for stage in policy.order %}
        {% do stages.append("when '" ~ stage ~ "' then " ~ loop.index) %}
    {% endfor %}
    {% set owner = "source = '" ~ policy.sources[0] ~ "'" %}
    {{ return({
        'eligible': may_win(cell, policy) ~ (stated_since_cleared(cell, owner) if policy.sources | length > 1 else ''),
        'priority': "case when " ~ owner ~ " then 63 else case "
            ~ cell.field ~ " " ~ stages | join(' ') ~ " else 0 end end",
    }) }}
{% endmacro %}

{# What the owner has not cleared since: a stage that was never set is no step back. #}
{% macro stated_since_cleared(cell, owner) %}
                and ({{ owner }} or coalesce(
                    coalesce({{ cell.changed_at }}, modified_at) >= max(
                        case when competes and {{ owner }} and {{ cell.is_blank }} and {{ cell.was_cleared }}
                            then {{ cell.changed_at }} end
                    ) over (partition by {{ cell.id }}),
                    true
                ))
{%- endmacro %}
