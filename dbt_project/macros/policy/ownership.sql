{# The ownership matrix of one entity: field -> line, presets spelt out, with `sources` as a flat list, first wins, and `ranks`
   as the list of lists that shared ranks make of it. What a line may say is checked once, by lint_policy. #}
{% macro ownership(entity) %}
    {% set matrix = {} %}
    {% for field, stated in var('ownership')[entity].items() %}
        {% set line = dict(stated, **preset(entity, field, stated)) %}
        {% set ranks = source_ranks(line.sources or []) %}
        {% do matrix.update({field: dict(line, ranks=ranks, sources=ranks | sum(start=[]))}) %}
    {% endfor %}
    {{ return(matrix) }}
{% endmacro %}

{# `[[salesforce, hubspot], product]` as a list of lists: the systems of each rank. #}
{% macro source_ranks(sources) %}
    {% set ranks = [] %}
    {% for source in sources %}
        {% do ranks.append(source if source is sequence and source is not string else [source]) %}
    {% endfor %}
    {{ return(ranks) }}
{% endmacro %}

{# The systems that may decide a field, as SQL texts. #}
{% macro deciding_sources(entity, field) -%}
    '{{ ownership(entity)[field].sources | join("', '") }}'
{%- endmacro %}

{# The fields of an entity that are consent. #}
{% macro consent_fields(entity) %}
    {% set found = [] %}
    {% for field, policy in ownership(entity).items() if policy.rule.startswith('consent_') %}
        {% do found.append(field) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{# Whether a rule puts the values of several records together instead of choosing one record's. #}
{% macro is_combined(policy) %}
    {{ return(policy.rule == 'aggregation') }}
{% endmacro %}
