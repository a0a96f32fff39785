{# The select list of a link between two records: who, by which rule, on which key, and whether it counts. #}
{% macro link(left_key, right_key, tier, match_rule, match_key='cast(null as string)', status='accepted', reason=none) -%}
    select
        {{ left_key }} as left_key,
        {{ right_key }} as right_key,
        {{ tier }} as tier,
        '{{ match_rule }}' as match_rule,
        {{ match_key }} as match_key,
        '{{ status }}' as status,
        {{ "'" ~ reason ~ "'" if reason else 'cast(null as string)' }} as reason
{%- endmacro %}

{# The CRM's own merges as links (tier 1). #}
{% macro merge_links(merges) -%}
    {{ link('loser_key', 'winner_key', 1, 'crm_merge') }}
    from {{ merges }}
{%- endmacro %}
