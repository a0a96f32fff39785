-- Every contact, lead and user that staging has, deleted and merged ones included, stands in the
-- crosswalk once.
-- Not tested here: that it is the right customer.
with

staged as (

    select
        'salesforce' as source,
        'Contact' as object,
        salesforce_contact_id as source_record_id
    from {{ ref('stg_salesforce__contacts') }}
    union all
    select
        'salesforce' as source,
        'Lead' as object,
        salesforce_lead_id as source_record_id
    from {{ ref('stg_salesforce__leads') }}
    union all
    select
        'hubspot' as source,
        'contacts' as object,
        hubspot_contact_id as source_record_id
    from {{ ref('stg_hubspot__contacts') }}
    union all
    select
        'product' as source,
        'users' as object,
        product_user_id as source_record_id
    from {{ ref('stg_product__users') }}

),

counted as (

    select
        staged.source,
        staged.object,
        staged.source_record_id,
        count(customer_sources.customer_id) as customers

    from staged

    left join {{ ref('customer_sources') }} as customer_sources
        on staged.source = customer_sources.source
        and staged.object = customer_sources.object
        and staged.source_record_id = customer_sources.source_record_id

    group by staged.source, staged.object, staged.source_record_id
    having count(customer_sources.customer_id) != 1

)

select * from counted
