{# Minutes of an ISO 8601 duration of weeks to seconds: `PT15M`, `P90D`, `PT1H30M`, `PT90S`; 0 where the text is none. #}
{% macro duration_minutes(text) %}
    {% set number = '([0-9]+(?:[.][0-9]+)?)' %}
    {% set duration = '^P(?:' ~ number ~ 'W)?(?:' ~ number ~ 'D)?(?:T(?:' ~ number ~ 'H)?(?:' ~ number ~ 'M)?(?:' ~ number ~ 'S)?)?$' %}
    {% set found = modules.re.match(duration, text | string) %}
    {% set total = namespace(minutes=0.0) %}
    {% for part, minutes in zip(found.groups() if found else [], [10080, 1440, 60, 1, 1 / 60]) if part %}
        {% set total.minutes = total.minutes + minutes * (part | float) %}
    {% endfor %}
    {{ return(total.minutes) }}
{% endmacro %}
