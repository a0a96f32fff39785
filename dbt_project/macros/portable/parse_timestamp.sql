{# UTC wall-clock timestamp of a text with any offset (`…Z`, `…+0000`, `…+13:45`), of a plain date, or of
   epoch milliseconds; null where the text is none of these. #}
{% macro parse_timestamp(text) -%}
    {{ adapter.dispatch('parse_timestamp', 'canon')(text) }}
{%- endmacro %}

{% macro default__parse_timestamp(text) -%}
    case
            when {{ text }} similar to '[0-9]{11,14}'
                then epoch_ms(try_cast({{ text }} as bigint))
            when substr({{ text }}, 5, 1) = '-'  -- not `infinity`, which this engine takes for a time
                then cast(try_cast({{ text }} as timestamptz) as timestamp)
        end
{%- endmacro %}

{% macro spark__parse_timestamp(text) -%}
    case
            when {{ text }} rlike '^[0-9]{11,14}$'
                then timestamp_millis(try_cast({{ text }} as bigint))
            else try_cast({{ text }} as timestamp)
        end
{%- endmacro %}
