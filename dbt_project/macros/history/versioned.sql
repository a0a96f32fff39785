{# The settings of an entity's snapshot: a version ends when a canonical value, the deletion flag or a relation changes.

   A field that is new in the policy gets its column first; dbt would otherwise call every row changed. The snapshot is fed with what
   this build decides, so dbt cannot tell who is no longer: end_retired does. `completed` names the model that it is fed with. #}
{% macro versioned(entity, completed, also=[]) %}
    {{ config(
        unique_key=entity ~ '_id',
        strategy='check',
        check_cols=ownership(entity).keys() | list + ['is_deleted'] + also,
        hard_deletes='ignore',
        touched=reopened_model(entity),
        touched_by=[entity ~ '_id'],
        pre_hook=add_missing_columns(entity),
        post_hook="{{ end_retired('" ~ entity ~ "_id', '" ~ completed ~ "') }}",
    ) }}
{% endmacro %}

{% macro add_missing_columns(entity) %}
    {% set statements = [] %}
    {% for field, type in canonical_types(entity).items() %}
        {% do statements.append("alter table if exists {{ this }} add column if not exists " ~ field ~ " " ~ type) %}
        {% do statements.append("alter table if exists {{ this }} add column if not exists " ~ field ~ "_source varchar") %}
    {% endfor %}
    {{ return(statements | join('; ')) }}
{% endmacro %}

{# Ends the open versions of those about whom this build decides and who are not in the model that it decides with. #}
{% macro end_retired(key, model_name) %}
    update {{ this }} as versions
    set dbt_valid_to = {{ snapshot_get_time() }}
    where versions.dbt_valid_to is null
        and not exists (select 1 from {{ model_of(model_name) }} as standing where standing.{{ key }} = versions.{{ key }})
        {%- if not builds_whole() %}
        and exists (select 1 from {{ model_of(config.require('touched')) }} as touched where touched.{{ key }} = versions.{{ key }})
        {%- endif %}
{% endmacro %}

{# The relation of a model that the one at hand may name and not refer to: in a hook, in a setting. #}
{% macro model_of(name) %}
    {% if execute %}
        {% set node = graph.nodes['model.' ~ model.package_name ~ '.' ~ name] %}
        {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
    {% endif %}
{% endmacro %}

{# What a snapshot keeps of a canonical row. #}
{% macro snapshot_columns(entity, relation, also=[]) %}
    select
        {{ entity }}_id,
        {%- for field in ownership(entity) %}
        {{ field }},
        {{ field }}_source,
        {%- endfor %}
        {%- for column in also %}
        {{ column }},
        {%- endfor %}
        is_deleted,
        members,
        last_sync_seq,
        policy_version
    from {{ relation }}
{% endmacro %}
