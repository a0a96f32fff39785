{# What an entity's records say, as one row per record and canonical field that they say something about: the text, and
   whether it is no value of the field (`is_unreadable`; the text may be used all the same) or was left blank (`is_blank`; absent is not blank). #}
{% macro stated_values(entity, records) %}
    {%- set matrix = ownership(entity) %}
    {%- for field, type in canonical_types(entity).items() %}
    select
        source,
        object,
        source_record_id,
        last_sync_seq as sync_seq,
        '{{ field }}' as field,
        '{{ entity }}.{{ field }}' as canonical_field,
        '{{ kind_of_value(entity, field, type) }}' as kind,
        {{ field }}_raw as raw_value,
        {{ is_unreadable(entity, field, matrix[field]) }} as is_unreadable,
        {{ 'true' if matrix[field].validate == 'flag' else 'false' }} as is_used,
        {{ field }}_raw is null and {{ field }}_changed_at is not null as is_blank,
        is_deleted
    from {{ records }}
    where {{ field }}_raw is not null or {{ field }}_changed_at is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# Whether a record's text is no value of the field and is to be reported: it is not under `validate: null`, and under
   `validate: flag` the text itself is the value, which has no normal form. #}
{% macro is_unreadable(entity, field, policy) -%}
    {%- if not reports_invalid(policy) -%} false
    {%- elif policy.validate == 'flag' -%} {{ field }} is not null and {{ typed_value(field, canonical_line(entity, field), 'null') }} is null
    {%- else -%} {{ field }} is null and {{ field }}_raw is not null
    {%- endif -%}
{%- endmacro %}

{# YAML reads `validate: null` as none, which is not the same as no such key. #}
{% macro reports_invalid(policy) %}
    {{ return('validate' not in policy or policy.validate in ('flag', 'quarantine')) }}
{% endmacro %}

{# What a value of a canonical field is called: by the normal form that the field map asks for, else by its type. #}
{% macro kind_of_value(entity, field, type) %}
    {% set kinds = {'email': 'e-mail address', 'phone': 'phone number', 'domain': 'domain', 'picklist': 'choice'} %}
    {% set found = [] %}
    {% for objects in var('field_map')[entity].values() %}
        {% for lines in objects.values() %}
            {% for line in lines.values() if line.to == field and line.normalize in kinds %}
                {% do found.append(kinds[line.normalize]) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(found[0] if found else type) }}
{% endmacro %}

{# Whether a text is a member of a list that is joined by semicolons. #}
{% macro is_listed(text, list) -%}
    replace(';' || {{ list }} || ';', ';' || {{ text }} || ';', '') != ';' || {{ list }} || ';'
{%- endmacro %}
