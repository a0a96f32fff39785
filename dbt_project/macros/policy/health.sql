{# A number as a row of the policy's block `health` judges it: ok, warning or critical; null, which no check lets pass, where
   it is not known. `by` says which columns name the system and the object, where limits may differ between them. #}
{% macro health_verdict(check, value, by=['source', 'object']) -%}
    case
            when {{ value }} is null then null
            {%- for place, limits in health_lines(check).items() %}
            {%- set narrowed = place_condition(place, by) %}
            {%- for severity in ['critical', 'warning'] if limits[severity] is not none %}
            when {{ narrowed ~ ' and ' if narrowed }}{{ value }} > {{ limits[severity] }} then '{{ severity }}'
            {%- endfor %}
            {%- if narrowed %}
            when {{ narrowed }} then 'ok'
            {%- endif %}
            {%- endfor %}
            else 'ok'
        end
{%- endmacro %}

{# The same limits in words, for whoever reads the result. #}
{% macro health_allowed(check, by=['source', 'object']) -%}
    {%- set lines = health_lines(check) -%}
    {%- if lines | length == 1 -%}
        '{{ limits_in_words(lines['']) }}'
    {%- else -%}
    case
            {%- for place, limits in lines.items() if place %}
            when {{ place_condition(place, by) }} then '{{ limits_in_words(limits) }}'
            {%- endfor %}
            else '{{ limits_in_words(lines['']) }}'
        end
    {%- endif -%}
{%- endmacro %}

{# A further number of a line: `rows`, `runs`. #}
{% macro health_number(check, key) %}
    {{ return(var('health')[check][key]) }}
{% endmacro %}

{# Place (`system.object`, then `system`, then '' for all others) -> its limits, the narrowest first. #}
{% macro health_lines(check) %}
    {% if not execute %}
        {% do lint_health() %}
    {% endif %}
    {% set line = var('health')[check] %}
    {% set places = (line.objects or {}).keys() | sort(reverse=true) %}
    {% set lines = {} %}
    {% for wants_object in [true, false] %}
        {% for place in places if ('.' in place) == wants_object %}
            {% do lines.update({place: limits_of(line.objects[place])}) %}
        {% endfor %}
    {% endfor %}
    {% do lines.update({'': limits_of(line)}) %}
    {{ return(lines) }}
{% endmacro %}

{% macro limits_of(line) %}
    {{ return({'warning': line.get('warning'), 'critical': line.get('critical')}) }}
{% endmacro %}

{% macro place_condition(place, by) %}
    {% set conditions = [] %}
    {% for part in place.split('.') if place %}
        {% do conditions.append(by[loop.index0] ~ " = '" ~ part ~ "'") %}
    {% endfor %}
    {{ return(conditions | join(' and ')) }}
{% endmacro %}

{% macro limits_in_words(limits) %}
    {% set words = [] %}
    {% for severity, limit in limits.items() if limit is not none %}
        {% do words.append('at most ' ~ limit ~ ('' if limits.values() | reject('none') | list | length == 1 else ' (' ~ severity ~ ')')) %}
    {% endfor %}
    {{ return(words | join(', ') or 'anything') }}
{% endmacro %}
