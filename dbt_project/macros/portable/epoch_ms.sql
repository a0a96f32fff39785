{# Milliseconds since 1970 of a UTC timestamp, as a 64-bit integer. #}
{% macro epoch_ms(timestamp) -%}
    {{ adapter.dispatch('epoch_ms', 'canon')(timestamp) }}
{%- endmacro %}

{% macro default__epoch_ms(timestamp) -%} epoch_ms({{ timestamp }}) {%- endmacro %}

{% macro spark__epoch_ms(timestamp) -%} unix_millis({{ timestamp }}) {%- endmacro %}
