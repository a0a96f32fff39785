{# Every source record of an entity in one shape: one row per record, deleted and merged ones included. `marked` columns have a
   fingerprint, `record_mark`: whether a record is what it was is asked of one number instead of all its texts. #}
{% macro unioned_records(entity, records, merges, also=[], marked=[], touched=none) %}
{%- do lint_policy() %}
{%- if touched %}{% do kept_by('record_hash', touched) %}{% endif %}
{%- set known = record_columns(entity) + also %}
with

{% for record in records %}
{{ record.system }}_{{ record.object | lower }} as (
    {{ unified_record(entity, record, merges, also, touched) }}

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

select
    *
    {%- if marked %},
    {{ fingerprint(['record_key'] + marked | select('in', known) | list) }} as record_mark
    {%- endif %}
from unioned
{%- endmacro %}
