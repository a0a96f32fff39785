{# Trust in a value at the start of the sync, in thousandths, which order alike on every engine; doubles may not. #}
{% macro trust_today(cell, policy) -%}
    case source
        {%- for source in policy.sources %}{% set trust = policy.trust[source] %} when '{{ source }}'
                        then cast(round(1000 * ({{ trust.min or 0 }} + {{ trust.max - (trust.min or 0) }} * {{ share_left(cell, trust) }})) as bigint)
        {%- endfor %} end
{%- endmacro %}

{# What age has left of the trust that a source can lose, from 1 to 0. #}
{% macro share_left(cell, trust) -%}
    {%- if (trust.decay or 'none') == 'none' -%} 1
    {%- else -%}
    {%- set periods = 'cast(' ~ age_ms(cell) ~ ' as double) / ' ~ (duration_minutes(trust.period) * 60000) -%}
    {%- if trust.decay == 'linear' -%} greatest(0, 1 - {{ periods }})
    {%- else -%} power(0.5, {{ periods }})
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}
