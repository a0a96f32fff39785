{# A number of 63 bits that differs, but for a chance in billions, where any of the columns differs. #}
{% macro fingerprint(columns) -%} {{ return(adapter.dispatch('fingerprint', 'canon')(columns)) }} {%- endmacro %}

{% macro default__fingerprint(columns) -%} cast(hash({{ columns | join(', ') }}) % 9223372036854775807 as bigint) {%- endmacro %}

{% macro spark__fingerprint(columns) -%} xxhash64({{ columns | join(', ') }}) {%- endmacro %}

{# The number that stands for a key where tables are searched for a few of their rows: texts take ten times as long to compare. #}
{% macro key_hash(key) -%} {{ fingerprint([key]) }} {%- endmacro %}
