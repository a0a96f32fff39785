-- Every cell of customers is the cell that customer_fields explains: same value, same source.
-- The two are built from the same ranks on two paths (an aggregate, a join), so that they could
-- only drift by a change to one of them.
-- Compared by sums of hashes: a join of every cell with every cell would not fit in memory.
-- Not tested here: whether the value is the right one; the rules' unit tests do that.
with

explained as (

    select
        customer_id,
        field,
        value,
        case when value is not null then source end as source

    from {{ tested('customer_fields') }}

),

customers as {{ narrowed_first() or read_again() }}(

    select * from {{ tested('customers') }}

),

published as (
    {% for field in ownership('customer') %}
    select
        customer_id,
        '{{ field }}' as field,
        cast({{ field }} as string) as value,
        {{ field }}_source as source
    from customers
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

cells as (

    select
        customer_id,
        {{ fingerprint(['field', 'value', 'source']) }} as cell
    from explained
    union all
    select
        customer_id,
        -{{ fingerprint(['field', 'value', 'source']) }} as cell
    from published

),

disagreeing as (

    select customer_id

    from cells

    group by customer_id
    having sum(cell) != 0

)

select * from disagreeing
