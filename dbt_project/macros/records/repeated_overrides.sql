{# Rank column -> line of the fields that others follow (`other_attribute_winner`). #}
{% macro followed_lines(entity) %}
    {% set lines = {} %}
    {% for policy in ownership(entity).values() if policy.follows %}
        {% set line = line_of(entity, policy.follows) %}
        {% do lines.update({rank_column(line.field, line.policy): line}) %}
    {% endfor %}
    {{ return(lines) }}
{% endmacro %}

{# The column that says of a record: a steward overrides this field, and the record says the same of it. #}
{% macro repeated_column(line) %}
    {{ return(rank_column(line.field, line.policy).removesuffix('_rank') ~ '_is_repeated') }}
{% endmacro %}

{# What stewards let stand in the fields that others follow: one row per customer. It reads the CTE overriding. #}
{% macro overridden_fields(entity) %}
    select
        {{ entity }}_id
        {%- for rank, line in followed_lines(entity).items() %}
        {%- for member in line.members %},
        max({{ member }}) filter (where {{ rank }} is not null) as {{ member }}
        {%- endfor %},
        bool_or({{ rank }} is not null) as {{ rank.removesuffix('_rank') }}_is_overridden
        {%- endfor %}
    from overriding
    group by {{ entity }}_id
{%- endmacro %}

{# Whether a record says what a steward says, of all fields that move together; a blank repeats nothing. #}
{% macro is_repeated(line) -%}
    coalesce(
            overridden.{{ rank_column(line.field, line.policy).removesuffix('_rank') }}_is_overridden
            {%- for member in line.members %}
            and (records.{{ member }} is not distinct from overridden.{{ member }})
            {%- endfor %}
            and not (records.{{ line.members | join(' is null and records.') }} is null),
            false
        )
{%- endmacro %}
