{# The form in which an address is compared; `identity.plus_addressing` and `identity.provider_rules` say what may be folded.

   email  SQL of an address in normal form (one `@`). An address that folding would leave empty stays as it is. #}
{% macro match_email(email) -%}
    {%- set policy = var('identity') -%}
    {%- set mailbox = "split_part(" ~ email ~ ", '@', 1)" -%}
    {%- set domain = "split_part(" ~ email ~ ", '@', 2)" -%}
    {%- set is_google = domain ~ " in ('gmail.com', 'googlemail.com')" -%}
    {%- set folded = "split_part(" ~ mailbox ~ ", '+', 1)" if policy.plus_addressing == 'fold' else mailbox -%}
    {%- if policy.provider_rules == 'fold' -%}
        {%- set folded = "case when " ~ is_google ~ " then replace(" ~ folded ~ ", '.', '') else " ~ folded ~ " end" -%}
        {%- set domain = "case when " ~ is_google ~ " then 'gmail.com' else " ~ domain ~ " end" -%}
    {%- endif -%}
    {%- if folded == mailbox -%} {{ email }}
    {%- else -%} coalesce(nullif({{ folded }}, ''), {{ mailbox }}) || '@' || {{ domain }}
    {%- endif -%}
{%- endmacro %}
