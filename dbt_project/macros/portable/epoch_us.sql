{# Microseconds since 1970 of a UTC timestamp, as a 64-bit integer. #}
{% macro epoch_us(timestamp) -%}
    {{ adapter.dispatch('epoch_us', 'canon')(timestamp) }}
{%- endmacro %}

{% macro default__epoch_us(timestamp) -%} epoch_us({{ timestamp }}) {%- endmacro %}

{% macro spark__epoch_us(timestamp) -%} unix_micros({{ timestamp }}) {%- endmacro %}
