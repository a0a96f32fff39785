{# Every live record with the read that brought its newest version and the stamp that its source gave it, of the objects that people,
   companies and deals are made of. A deletion moves no stamp everywhere: how late one arrived is not known. #}
{% macro arrived_rows() %}
    {%- for record in customer_records() + company_records() + deal_records() %}
    select
        '{{ record.system }}' as source,
        '{{ record.object }}' as object,
        extract_id,
        modified_at
    from {{ record.model }}
    where not is_deleted
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
