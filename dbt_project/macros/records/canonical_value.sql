{# What a field's winner says, as aggregates over a customer's `ranked` records joined to their `decided` row: the value and
   the source of the one record that won, or, where the rule puts values together, the sets of both. #}
{% macro canonical_value(field, policy) -%}
    {%- if is_combined(policy) -%} {{ sorted_list(joined_text('ranked.' ~ field, ';', has_won(field, policy))) }}
    {%- else -%} max(ranked.{{ field }}) filter (where {{ has_won(field, policy) }})
    {%- endif -%}
{%- endmacro %}

{# A blank that won is from nobody, unless a steward says so. #}
{% macro canonical_source(field, policy) -%}
    {%- if is_combined(policy) -%} {{ joined_text('ranked.source', ';', has_won(field, policy)) }}
    {%- else -%} max(case when ranked.{{ field }} is not null or ranked.source = 'steward' then ranked.source end) filter (where {{ has_won(field, policy) }})
    {%- endif -%}
{%- endmacro %}

{# Whether a ranked record is the winner of a field, or one of those that the value is made of. #}
{% macro has_won(field, policy) -%}
    {%- set rank = rank_column(field, policy) -%}
    {%- if is_combined(policy) -%} (ranked.{{ rank }} is not null and (ranked.source = 'steward' or (decided.{{ rank }} is distinct from {{ override_rank() }})))
    {%- else -%} ranked.{{ rank }} = decided.{{ rank }}
    {%- endif -%}
{%- endmacro %}
