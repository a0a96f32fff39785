-- Every cell of customers is the cell that customer_fields explains: same value, same source.
-- The two are built from the same ranks on two paths (an aggregate, a join), so that they could
-- only drift by a change to one of them.
-- Not tested here: whether the value is the right one; the rules' unit tests do that.
with

explained as (

    select
        customer_id,
        field,
        value,
        case when value is not null then source end as source

    from {{ ref('customer_fields') }}

),

published as (
    {% for field in ownership('customer') %}
    select
        customer_id,
        '{{ field }}' as field,
        cast({{ field }} as string) as value,
        {{ field }}_source as source
    from {{ ref('customers') }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

disagreeing as (

    select
        coalesce(published.customer_id, explained.customer_id) as customer_id,
        coalesce(published.field, explained.field) as field

    from published

    full join explained
        on published.customer_id = explained.customer_id
        and published.field = explained.field

    where
        published.customer_id is null
        or explained.customer_id is null
        or published.value is distinct from explained.value
        or published.source is distinct from explained.source

)

select * from disagreeing
