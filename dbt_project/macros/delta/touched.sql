{# Incremental models whose rows a delta replaces, whole or not at all: what the relation `touched` names goes, what the
   model selects for it comes. So what is left is what a full refresh would make; where a record lost a value, its row goes too.

   touched     name of the model that says what this build touches
   touched_by  the columns that say it, in the model; `as_touched` where they are called otherwise in `touched` #}
{% macro get_incremental_touched_sql(arguments) %}
    {{ delete_touched(arguments.target_relation) }};
    insert into {{ arguments.target_relation }} by name select * from {{ arguments.temp_relation }}
{% endmacro %}

{% macro delete_touched(relation) -%}
    {%- set columns = config.require('touched_by') -%}
    {%- set named = config.get('as_touched', columns) -%}
    {%- set touched = api.Relation.create(database=this.database, schema=this.schema, identifier=config.require('touched')) -%}
    delete from {{ relation }} as kept
    where exists (
        select 1 from {{ touched }} as touched
        where {% for column in columns %}kept.{{ column }} = touched.{{ named[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}

{# Whether this build replaces rows of the model, or makes it anew. In unit tests there is no table: anew, unless they override this. #}
{% macro is_delta() %}
    {% if not this %}
        {{ return(false) }}
    {% endif %}
    {% if model.config.materialized not in ('connected_components', 'judged_links') %}
        {{ return(is_incremental()) }}
    {% endif %}
    {{ return(config.get('touched') is not none and load_cached_relation(this) is not none and not should_full_refresh()) }}
{% endmacro %}

{# Keeps what this build touches of a relation in the `from` clause before it; nothing where the model is made anew.

   touched  name of the model that says what is touched; none where an entity is made anew every time
   columns  column of `touched` -> the expression that must be it #}
{% macro only_touched(touched, columns) -%}
    {%- if not touched -%}
    {%- elif not execute -%}
        {%- do ref(touched) -%}
    {%- elif is_delta() -%}
        semi join {{ ref(touched) }} as touched
        on {% for column, expression in columns.items() %}{{ expression }} = touched.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endif -%}
{%- endmacro %}
