{# Minutes of CANON_INTERVAL, an ISO 8601 duration of weeks to seconds: `PT15M`, `P1D`, `PT1H30M`, `PT90S`. #}
{% macro interval_minutes() %}
    {% set text = env_var('CANON_INTERVAL', 'PT15M') %}
    {% set number = '([0-9]+(?:[.][0-9]+)?)' %}
    {% set duration = '^P(?:' ~ number ~ 'W)?(?:' ~ number ~ 'D)?(?:T(?:' ~ number ~ 'H)?(?:' ~ number ~ 'M)?(?:' ~ number ~ 'S)?)?$' %}
    {% set found = modules.re.match(duration, text) %}
    {% set total = namespace(minutes=0.0) %}
    {% for part, minutes in zip(found.groups() if found else [], [10080, 1440, 60, 1, 1 / 60]) if part %}
        {% set total.minutes = total.minutes + minutes * (part | float) %}
    {% endfor %}
    {% if total.minutes == 0 %}
        {{ exceptions.raise_compiler_error("CANON_INTERVAL must be a duration such as PT15M or PT1H; it says '" ~ text ~ "'.") }}
    {% endif %}
    {{ return(total.minutes) }}
{% endmacro %}
