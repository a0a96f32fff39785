{# A source's text as the type that the field map names; null where it is blank or does not parse.

   raw   text column of the log; '' is a null the source said, null a field it did not send
   cell  a line of the field map: type, and optionally normalize #}
{% macro typed_value(raw, cell, country) -%}
    {%- set text = "nullif(trim(" ~ raw ~ "), '')" -%}
    {%- if cell.normalize == 'email' -%} canon_email({{ text }})
    {%- elif cell.normalize == 'phone' -%} canon_phone({{ text }}, {{ country }})
    {%- elif cell.normalize == 'domain' -%} {{ without_protocol(text) }}
    {%- elif cell.normalize == 'lower' -%} lower({{ text }})
    {%- elif cell.normalize == 'list' -%} {{ sorted_list(text) }}
    {%- elif cell.type == 'boolean' -%} {{ parse_boolean(text) }}
    {%- elif cell.type == 'double' -%} {{ parse_double(text) }}
    {%- elif cell.type == 'bigint' -%} {{ parse_integer(text) }}
    {%- elif cell.type == 'date' -%} cast({{ parse_date(text) }} as date)
    {%- elif cell.type == 'timestamp' -%} {{ parse_timestamp(text) }}
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}

{% macro parse_boolean(text) -%}
    case
            when lower({{ text }}) in ('true', 'yes', '1') then true
            when lower({{ text }}) in ('false', 'no', '0') then false
        end
{%- endmacro %}

{# Finite numbers only: `nan` and `inf` are names and not values, though engines read them as doubles. #}
{% macro parse_double(text) -%}
    case when abs(try_cast({{ text }} as double)) < 1e300 then try_cast({{ text }} as double) end
{%- endmacro %}

{# Whole numbers that sources print as `3` or `3.0`; a fraction or more than 64 bits is no integer and does not parse. #}
{% macro parse_integer(text) -%}
    case
            when try_cast({{ text }} as double) = round(try_cast({{ text }} as double))
                then try_cast(try_cast({{ text }} as double) as bigint)
        end
{%- endmacro %}

{# A date is the day the source wrote; only epoch milliseconds need a clock to become one. #}
{% macro parse_date(text) -%}
    coalesce(
            case when substr({{ text }}, 5, 1) = '-' then try_cast(substr({{ text }}, 1, 10) as date) end,
            {{ parse_timestamp(text) }}
        )
{%- endmacro %}
