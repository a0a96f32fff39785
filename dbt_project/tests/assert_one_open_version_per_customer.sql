-- The open versions of the snapshot are the customers of today: each has exactly one, and nobody
-- else has any.
with

open_versions as (

    select
        customer_id,
        count(*) as versions

    from {{ ref('customers_snapshot') }}

    where dbt_valid_to is null

    group by customer_id

),

unmatched as (

    select
        coalesce(customers.customer_id, open_versions.customer_id) as customer_id,
        open_versions.versions

    from {{ ref('customers') }} as customers

    full join open_versions
        on customers.customer_id = open_versions.customer_id

    where customers.customer_id is null or open_versions.versions is distinct from 1

)

select * from unmatched
