{# The settings of an entity's snapshot: a version ends when a canonical value, the deletion flag or a relation changes.

   A field that is new in the policy gets its column first; dbt would otherwise call every row changed. #}
{% macro versioned(entity, also=[]) %}
    {{ config(
        unique_key=entity ~ '_id',
        strategy='check',
        check_cols=ownership(entity).keys() | list + ['is_deleted'] + also,
        hard_deletes='invalidate',
        pre_hook=add_missing_columns(entity),
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
