-- an id that was once a customer's and is no longer: where its oldest record, which it was made of,
-- belongs today
with

versions as (

    select
        customer_id,
        max(dbt_valid_to) as retired_at

    from {{ ref('customers_snapshot') }}

    group by customer_id
    having bool_and(dbt_valid_to is not null)

),

crosswalk as (

    select * from {{ ref('int_customers_identified') }}

),

aliases as (

    select
        versions.customer_id as old_customer_id,
        crosswalk.customer_id,
        versions.retired_at,
        'its records joined an older customer' as reason

    from versions

    inner join crosswalk
        on versions.customer_id = crosswalk.own_id

    where versions.customer_id != crosswalk.customer_id

)

select * from aliases
