-- An alias is no customer and leads to one: never to another alias, never to itself.
with

aliases as (

    select * from {{ ref('customer_aliases') }}

),

customers as (

    select customer_id from {{ ref('customers') }}

),

misleading as (

    select aliases.*

    from aliases

    left join customers as targets
        on aliases.customer_id = targets.customer_id

    left join customers as living
        on aliases.old_customer_id = living.customer_id

    where targets.customer_id is null or living.customer_id is not null

)

select * from misleading
