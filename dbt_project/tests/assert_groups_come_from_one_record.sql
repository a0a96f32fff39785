-- Fields that move together are read from one record: half of two addresses is no address.
with

members as (
    {% set groups = [] %}
    {% for field, policy in ownership('customer').items() if policy.group %}
    {% do groups.append([field, policy.group]) %}
    {% endfor %}
    {% for field, group in groups %}
    select
        '{{ field }}' as field,
        '{{ group }}' as group_name
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
    {%- if not groups %}
    select
        cast(null as string) as field,
        cast(null as string) as group_name
    {%- endif %}
),

mixed as (

    select
        cells.customer_id,
        members.group_name

    from {{ tested('customer_fields') }} as cells

    inner join members
        on cells.field = members.field

    group by cells.customer_id, members.group_name
    having
        count(
            distinct
            coalesce(cells.source || ':' || cells.object || ':' || cells.source_record_id, '')
        ) > 1

)

select * from mixed
