{# A select of what a later model, or this one, holds from the build before: what a delta must take back, nothing on the first build.
   The later model depends on the one that asks, so this can be no `ref`. All columns are texts unless `types` says otherwise. A table
   of an earlier release that lacks one of them says nothing. `schema` is that of the later model, where it is another one. The comment in
   what is compiled tells readers, and the test that nobody asks too late, whose rows these are. #}
{% macro rows_before(model_name, columns, types={}, schema=none) -%}
    {%- set relation = adapter.get_relation(database=this.database, schema=schema or this.schema, identifier=model_name) if execute -%}
    {%- set held = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if relation else [] -%}
    /* {{ model_name }} as the build before left it */
    {% if columns | reject('in', held) | list | length == 0 -%}
        select {{ columns | join(', ') }} from {{ relation }}
    {%- else -%}
        select
        {%- for column in columns %}
            cast(null as {{ types.get(column, 'string') }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
        where false
    {%- endif -%}
{%- endmacro %}

{# Whether a build before did not end what it began: then nothing that it left is relied on. #}
{% macro was_left_open(model_name) -%}
    {%- set relation = adapter.get_relation(database=this.database, schema=this.schema, identifier=model_name) if execute -%}
    {%- if relation and not flags.FULL_REFRESH -%}
        (select count(*) from {{ relation }}) > 0
    {%- else -%}
        {{ 'true' if flags.FULL_REFRESH else 'false' }}
    {%- endif -%}
{%- endmacro %}
