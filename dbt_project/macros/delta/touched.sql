{# Incremental models whose rows a delta replaces, whole or not at all: what the relation `touched` names goes, what the
   model selects for it comes. So what is left is what a full refresh would make; where a record lost a value, its row goes too.

   touched        name of the model that says what this build touches
   touched_by     the columns that say it, in the model; `as_touched` where they are called otherwise in `touched`
   touched_where  optional: which rows of `touched` count #}
{% macro get_incremental_touched_sql(arguments) %}
    {{ delete_touched(arguments.target_relation) }};
    insert into {{ arguments.target_relation }} by name select * from {{ arguments.temp_relation }}
{% endmacro %}

{% macro delete_touched(relation) -%}
    delete from {{ relation }} as kept
    where {{ is_touched(config) }}
{%- endmacro %}

{# Whether a row of the relation `kept` is one that this build replaces, by the settings of its model. #}
{% macro is_touched(settings) -%}
    {%- set columns = settings.get('touched_by') -%}
    {%- set named = settings.get('as_touched') or columns -%}
    exists (
        select 1 from {{ model_of(settings.get('touched')) }} as touched
        where {% for column in columns %}kept.{{ column }} = touched.{{ named[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor %}
            {{ 'and ' ~ settings.get('touched_where') if settings.get('touched_where') }}
    )
{%- endmacro %}

{# Whether this build replaces rows of the model, or makes it anew. In unit tests there is no table: anew, unless they override this. #}
{% macro is_delta() %}
    {% if not this %}
        {{ return(false) }}
    {% endif %}
    {% if model.config.materialized in ('table', 'view', 'snapshot') %}
        {{ return(config.get('touched') is not none and not builds_whole()) }}
    {% elif model.config.materialized not in ('connected_components', 'judged_links') %}
        {{ return(is_incremental()) }}
    {% endif %}
    {{ return(config.get('touched') is not none and load_cached_relation(this) is not none and not should_full_refresh()) }}
{% endmacro %}

{# Keeps what this build touches of a relation in the `from` clause before it; nothing where the model is made anew.

   touched  name of the model that says what is touched; none where an entity is made anew every time
   columns  column of `touched` -> the expression that must be it
   where    optional: which rows of `touched` count #}
{% macro only_touched(touched, columns, where=none) -%}
    {%- if not touched -%}
    {%- elif not execute -%}
        {%- do ref(touched) -%}
    {%- elif is_delta() -%}
        {{ only_among(ref(touched), columns, where) }}
    {%- endif -%}
{%- endmacro %}

{# The same by a relation that is at hand. #}
{% macro only_among(relation, columns, where=none) -%}
    {%- if execute and is_delta() -%}
        semi join {{ relation }} as touched
        on {% for column, expression in columns.items() %}{{ expression }} = touched.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        {{- ' and ' ~ where if where }}
    {%- endif -%}
{%- endmacro %}

{# Says of a CTE with only_touched (in a test: tested) that it is worked out before it is joined, and once: an optimizer may
   choose to join whole tables on their texts first, and to look for what is touched among the result. #}
{% macro narrowed_first() -%}
    {%- if execute and (tests_a_delta() if model.resource_type == 'test' else is_delta()) -%}
        {{ adapter.dispatch('narrowed_first', 'canon')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__narrowed_first() -%} materialized {% endmacro %}

{% macro spark__narrowed_first() -%} {%- endmacro %}

{# Says of a CTE that whoever reads it reads its tables again, each its own columns: kept as a whole, it would be as wide as all need together. #}
{% macro read_again() -%} {{ adapter.dispatch('read_again', 'canon')() }} {%- endmacro %}

{% macro default__read_again() -%} not materialized {% endmacro %}

{% macro spark__read_again() -%} {%- endmacro %}

{# The opposite: worked out once, and put aside on disk where it is large. #}
{% macro read_once() -%} {{ adapter.dispatch('read_once', 'canon')() }} {%- endmacro %}

{% macro default__read_once() -%} materialized {% endmacro %}

{% macro spark__read_once() -%} {%- endmacro %}
