{# Values of an entity's records that say something which is no value of their field. #}
{% macro rejections(entity, records) %}
    {%- for field, type in canonical_types(entity).items() %}
    select
        source,
        object,
        source_record_id,
        last_sync_seq as sync_seq,
        '{{ field }}' as field,
        'no valid {{ "e-mail address" if field == "email" else "phone number" if field == "phone" else type }}' as reason,
        {{ field }}_raw as raw_value
    from {{ records }}
    where {{ field }} is null and {{ field }}_raw is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
