{# The ownership matrix of every entity as rows, in the policy's order. #}
{% macro ownership_rows() %}
    {%- for entity in var('ownership') %}
    {%- set last_entity = loop.last %}
    {%- for field, policy in ownership(entity).items() %}
    select
        '{{ entity }}' as entity,
        '{{ field }}' as field,
        '{{ policy.rule }}' as rule,
        '{{ ranks_text(policy.ranks) }}' as sources,
        nullif('{{ fallback_text(policy) }}', '') as fallback,
        '{{ policy.blank or "fall_through" }}' as blank_policy,
        {{ 'true' if policy.needs_review else 'false' }} as needs_review,
        '{{ policy.steward | replace("'", "' || chr(39) || '") }}' as steward,
        '{{ policy.why | replace("'", "' || chr(39) || '") }}' as why,
        '{{ parameters_text(policy) }}' as parameters
    {%- if not (loop.last and last_entity) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# What counts where the first source has nothing: the other sources, then the field that the line falls back to. #}
{% macro fallback_text(policy) -%}
    {%- set texts = [ranks_text(policy.ranks[1:])] if policy.ranks | length > 1 else [] -%}
    {{ (texts + (['the field ' ~ policy.fallback] if policy.fallback else [])) | join(', ') }}
{%- endmacro %}

{# What else a line says, as JSON: trust, max_age, group, order and so on. #}
{% macro parameters_text(policy) -%}
    {%- set said = ['rule', 'sources', 'ranks', 'blank', 'needs_review', 'steward', 'why'] -%}
    {%- set more = {} -%}
    {%- for key, value in policy.items() if key not in said -%}
        {%- do more.update({key: value}) -%}
    {%- endfor -%}
    {{ tojson(more, sort_keys=true) | replace("'", "' || chr(39) || '") }}
{%- endmacro %}

{# `salesforce = hubspot, product`: first wins, and systems that share a rank stand on one level. #}
{% macro ranks_text(ranks) -%}
    {%- for peers in ranks -%} {{ peers | join(' = ') }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
