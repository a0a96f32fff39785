{# Who may win at all under most rules: competing records of listed sources, with a value unless a blank may win, a value that is
   not too old, and what else the line asks of the record (`when`). A converted lead supplies only what the live records of its system lack. #}
{% macro may_win(cell, policy) -%}
    competes
                and source in ('{{ policy.sources | join("', '") }}')
                {%- if policy.blank == 'clear' %}
                and (not {{ cell.is_blank }} or {{ cell.was_cleared }})
                {%- elif policy.blank != 'keep_blank' %}
                and not {{ cell.is_blank }}
                {%- endif %}
                {%- if policy.max_age %}
                and {{ age_ms(cell) }} <= {{ (duration_minutes(policy.max_age) * 60000) | int }}
                {%- endif %}
                {%- for field, values in (policy.when or {}).items() %}
                and coalesce(cast({{ field }} as string) in ({{ condition_texts(values) }}), false)
                {%- endfor %}
                and not (
                    is_converted
                    and bool_or(not is_converted and competes and not {{ cell.is_blank }})
                        over (partition by {{ cell.id }}, source)
                )
{%- endmacro %}

{# Milliseconds from the field's clock to the start of the sync; a clock that is ahead of ours has age 0. #}
{% macro age_ms(cell) -%}
    greatest(0, {{ epoch_ms('sync_started_at') }} - {{ epoch_ms(cell.clock) }})
{%- endmacro %}

{# The values that a condition allows, as texts of SQL: YAML's true is 'true'. #}
{% macro condition_texts(values) -%}
    {%- for value in ([values] if values is string or values is not sequence else values) -%}
    '{{ (value | lower if value is boolean else value | string) | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
