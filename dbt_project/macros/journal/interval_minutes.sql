{# Minutes of CANON_INTERVAL: `PT15M`, `P1D`, `PT1H30M`. #}
{% macro interval_minutes() %}
    {% set text = env_var('CANON_INTERVAL', 'PT15M') %}
    {% set minutes = duration_minutes(text) %}
    {% if not minutes %}
        {{ exceptions.raise_compiler_error("CANON_INTERVAL must be a duration such as PT15M or PT1H; it says '" ~ text ~ "'.") }}
    {% endif %}
    {{ return(minutes) }}
{% endmacro %}
