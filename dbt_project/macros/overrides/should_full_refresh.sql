{# Like dbt's own, but for models that are kept by deltas: they are made anew together, those of identity where
   int_customers_changed says so, the others where the whole build is made anew. #}
{% macro should_full_refresh() %}
    {% set wanted = config.get('full_refresh') %}
    {% if wanted is none %}
        {% set wanted = flags.FULL_REFRESH %}
    {% endif %}
    {% if config.get('touched') is none or config.get('full_refresh') is not none %}
        {{ return(wanted) }}
    {% endif %}
    {% if not '/identity/' in model.path %}
        {{ return(builds_whole()) }}
    {% endif %}
    {% if wanted and not touches_all() %}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ " is kept by deltas and made anew only together with the models before it: "
            ~ "dbt build --full-refresh --select int_customers_changed+"
        ) }}
    {% endif %}
    {{ return(touches_all()) }}
{% endmacro %}

{# Whether this build looks at every record, or none was ever taken in: then the tables of identity are made anew. False where
   nothing is there yet, as in unit tests. #}
{% macro touches_all() %}
    {% set changed = adapter.get_relation(this.database, this.schema, 'int_customers_changed') if this and execute %}
    {% if not changed %}
        {{ return(false) }}
    {% endif %}
    {% set traced = adapter.get_relation(this.database, this.schema, 'int_customers_traced') %}
    {{ return(has_rows(changed ~ " where is_all") or not traced or not has_rows(traced)) }}
{% endmacro %}

{% macro has_rows(relation) %}
    {{ return(run_query("select 1 from " ~ relation ~ " limit 1").rows | length > 0) }}
{% endmacro %}
