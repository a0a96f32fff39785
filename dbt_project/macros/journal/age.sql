{# How long ago a UTC timestamp was when a measure is read, in units of so many milliseconds. A clock that runs ahead is
   nobody's delay; null stays null, where `greatest` would take what is not known for now. #}
{% macro age(timestamp, unit) -%}
    case
            when {{ timestamp }} > {{ now_utc() }} then 0
            else ({{ epoch_ms(now_utc()) }} - {{ epoch_ms(timestamp) }}) / {{ unit }}.0
        end
{%- endmacro %}

{# A macro of its own, so that a unit test can say when it is. #}
{% macro now_utc() -%} cast(current_timestamp as timestamp) {%- endmacro %}
