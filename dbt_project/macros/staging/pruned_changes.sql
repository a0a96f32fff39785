{# A CTE: what pruned versions told of the fields that are mapped now, in the columns of `seen`. #}
{% macro pruned_changes(system, object, cells) -%}
pruned as (

    select
        '{{ system }}' as source,
        kept.object,
        kept._record_id as source_record_id,
        case kept.field when '_is_deleted' then '{{ deletion_flag(system) }}' else kept.field end as field,
        nullif(kept.old_value, '') as old_value,
        nullif(kept.new_value, '') as new_value,
        kept._stamp as source_changed_at,
        kept._extract_id as extract_id,
        kept._sync_seq as sync_seq,
        case kept.field
            when '_is_deleted' then null
            {%- for cell in cells %}
            when '{{ cell.name }}' then '{{ cell.field }}'
            {%- endfor %}
        end as canonical_field,
        kept.before_at

    from {{ source(system, 'pruned_changes') }} as kept

    {{ only_changed(system, object, 'kept._record_id') }}

    where
        kept.object = '{{ object }}'
        and kept.field in ('_is_deleted'{% for cell in cells %}, '{{ cell.name }}'{% endfor %})

),
{%- endmacro %}

{# What the sync log calls the deletion of a record: as its system does. #}
{% macro deletion_flag(system) -%}
    {{ {"salesforce": "IsDeleted", "hubspot": "archived"}.get(system, "is_deleted") }}
{%- endmacro %}
