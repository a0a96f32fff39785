-- The last journalled value of a field is the customer's value of today: nothing changes without a
-- row in customer_changes.
-- Not tested here: fields that never changed; their value is the one the customer was born with.
with

customers as {{ narrowed_first() or read_again() }}(

    select * from {{ tested('customers') }}

),

published as (
    {% for field in ownership('customer').keys() | list + ['company_id', 'is_deleted'] %}
    select
        customer_id,
        '{{ field }}' as field,
        cast({{ field }} as string) as value
    from customers
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

journalled as (

    select
        customer_id,
        field,
        new_value,
        row_number() over (
            partition by customer_id, field order by changed_at desc nulls last
        ) as place

    from {{ tested('customer_changes') }}

),

differing as (

    select
        published.customer_id,
        published.field

    from published

    inner join journalled
        on published.customer_id = journalled.customer_id
        and published.field = journalled.field
        and journalled.place = 1

    where published.value is distinct from journalled.new_value

)

select * from differing
