{# The rank of one field, as one integer: what its rule says of a record, then the clock, then the tie-break. #}
{% macro claim(rank, rule) -%}
        case
            when {{ may_win_column(rank) }}{{ " and (" ~ rule.holds ~ ")" if rule.holds }}
                then ({{ rule.priority }}) * cast(72057594037927936 as bigint) + {{ rule.clock }} * 16384 + {{ rule.tie }}
        end
{%- endmacro %}

{# What the rule of a line makes of a record, in SQL:

   eligible  the record may win
   holds     optional: it still may, seen beside the others that may (`<field>_may_win`)
   priority  0 to 63, the highest wins
   clock     42 bits; among equal priorities the highest wins
   tie       the tie-break column: record modified last, source, record id #}
{% macro rule_of(entity, line) %}
    {% set cell = claim_cell(entity, line) %}
    {% set rule = {'holds': none, 'clock': epoch_ms(cell.clock), 'tie': cell.tie} %}
    {% do rule.update(context['conflict_rule__' ~ line.policy.rule](cell, line.policy)) %}
    {{ return(rule) }}
{% endmacro %}

{# What a rule can use of a record: SQL for the value, whether it is blank, its clock, the tie-break. A blank that was seen to
   change is a clearing (`was_cleared`); one that was never anything else is not, nor is a text that is no value. #}
{% macro claim_cell(entity, line) %}
    {% set members = line.members %}
    {% set clocks = [] %}
    {% for member in members %}
        {% do clocks.append(member ~ '_changed_at') %}
    {% endfor %}
    {% set cleared = [] %}
    {% for member in members %}
        {% do cleared.append('(' ~ member ~ '_raw is null and ' ~ member ~ "_clock != 'record_modified')") %}
    {% endfor %}
    {% set changed_at = clocks[0] if clocks | length == 1 else 'greatest(' ~ clocks | join(', ') ~ ')' %}
    {{ return({
        'entity': entity,
        'id': entity ~ '_id',
        'field': line.field,
        'members': members,
        'may_win': may_win_column(rank_column(line.field, line.policy)),
        'is_blank': '(' ~ members | join(' is null and ') ~ ' is null)',
        'was_cleared': 'coalesce(' ~ cleared | join(' or ') ~ ', false)',
        'changed_at': changed_at,
        'clock': 'coalesce(' ~ changed_at ~ ", modified_at, cast('1970-01-01' as timestamp))",
        'tie': 'tie_' ~ line.tie,
    }) }}
{% endmacro %}
