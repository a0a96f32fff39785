{# Every source record of an entity in one shape: one row per record, deleted and merged ones included. #}
{% macro unioned_records(entity, records, merges, also=[]) %}
{%- do lint_policy() %}
with

{% for record in records %}
{{ record.system }}_{{ record.object | lower }} as (
    {{ unified_record(entity, record, merges, also) }}

),

{% endfor %}
unioned as (
    {% for record in records %}
    select * from {{ record.system }}_{{ record.object | lower }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select * from unioned
{%- endmacro %}
