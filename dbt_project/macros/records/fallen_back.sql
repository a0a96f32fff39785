{# Fields whose line says `fallback: other`: where nobody has a claim to the field, the claims to the other one count, and what
   their records say there. One step for each link of a chain of fallbacks, the far end first; none where no line has any.

   ranked  name of the CTE with the claims; `<field>_falls_back` tells which rows stand in #}
{% macro fallen_back(entity, ranked) %}
    {%- set matrix = ownership(entity) %}
    {%- set done = [] %}
    {%- for step in fallback_steps(entity) %}
    {%- set before = ranked if loop.first else 'fallen_back_' ~ loop.index0 %},

unclaimed_{{ loop.index }} as (

    select
        *
        {%- for field in step %},
        max({{ rank_column(field, matrix[field]) }}) over (partition by {{ entity }}_id) is null as {{ field }}_is_unclaimed
        {%- endfor %}

    from {{ before }}

),

fallen_back_{{ loop.index }} as (

    select
        {{ entity }}_id
        {%- for column, expression in backed_columns(entity, matrix, step, done).items() %},
        {{ expression }} as {{ column }}
        {%- endfor %}

    from unclaimed_{{ loop.index }}

)
    {%- do done.extend(step) %}
    {%- endfor %}
{%- endmacro %}

{# The CTE that the last step leaves. #}
{% macro last_claims(entity, ranked) -%}
    {%- set steps = fallback_steps(entity) -%}
    {{ 'fallen_back_' ~ (steps | length) if steps else ranked }}
{%- endmacro %}

{# Lists of fields that fall back, such that what a field falls back to has done so before it. #}
{% macro fallback_steps(entity) %}
    {% set matrix = ownership(entity) %}
    {% set steps = [] %}
    {% set done = [] %}
    {% for round in matrix %}
        {% set step = [] %}
        {% for field, line in matrix.items() if line.fallback and field not in done and (line.fallback in done or not matrix[line.fallback].fallback) %}
            {% do step.append(field) %}
        {% endfor %}
        {% if step %}
            {% do steps.append(step) %}
            {% do done.extend(step) %}
        {% endif %}
    {% endfor %}
    {{ return(steps) }}
{% endmacro %}

{# Column -> SQL of ranked records after the id, in a step: what belongs to a field that falls back is the other field's, where
   nobody claims its own. `done` are the fields of earlier steps. #}
{% macro backed_columns(entity, matrix, step, done) %}
    {% set columns = {} %}
    {% for column in record_columns(entity) + ['competes'] + rank_lines(entity).keys() | list %}
        {% do columns.update({column: column}) %}
    {% endfor %}
    {% for field in done %}
        {% do columns.update({field ~ '_falls_back': field ~ '_falls_back'}) %}
    {% endfor %}
    {% for field in step %}
        {% set other = matrix[field].fallback %}
        {% set pairs = [[rank_column(field, matrix[field]), rank_column(other, matrix[other])]] %}
        {% for part in ['', '_raw', '_clock', '_changed_at'] %}
            {% do pairs.append([field ~ part, other ~ part]) %}
        {% endfor %}
        {% for own, others in pairs %}
            {% do columns.update({own: 'case when ' ~ field ~ '_is_unclaimed then ' ~ others ~ ' else ' ~ own ~ ' end'}) %}
        {% endfor %}
        {% do columns.update({field ~ '_falls_back': field ~ '_is_unclaimed and ' ~ pairs[0][1] ~ ' is not null'}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
