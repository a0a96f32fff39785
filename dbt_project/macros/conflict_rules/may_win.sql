{# Who may win at all under most rules: competing records of listed sources, with a value unless a blank may win.
   A converted lead supplies only what the live records of its system lack. #}
{% macro may_win(cell, policy) -%}
    competes
                and source in ('{{ policy.sources | join("', '") }}')
                {%- if policy.blank != 'keep_blank' %}
                and not {{ cell.is_blank }}
                {%- endif %}
                and not (
                    is_converted
                    and bool_or(not is_converted and competes and not {{ cell.is_blank }})
                        over (partition by {{ cell.id }}, source)
                )
{%- endmacro %}
