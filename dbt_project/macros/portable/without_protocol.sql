{# The bare host of a web address: no protocol, no `www.`, no path, no port; blank gives null. #}
{% macro without_protocol(text) -%}
    nullif(regexp_replace(
            lower(trim({{ text }})), '^([a-z]+:/+)?(www[.])?([^/:?#]*).*$', {{ regex_group(3) }}
        ), '')
{%- endmacro %}

{% macro regex_group(number) -%}
    {{ adapter.dispatch('regex_group', 'canon')(number) }}
{%- endmacro %}

{% macro default__regex_group(number) -%} concat(chr(92), '{{ number }}') {%- endmacro %}

{% macro spark__regex_group(number) -%} '${{ number }}' {%- endmacro %}
