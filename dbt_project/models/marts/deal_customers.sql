with

contacted as (

    select * from {{ ref('int_deals_contacted') }}

),

published as (

    select
        deal_id,
        customer_id,
        role,
        source

    from contacted

)

select * from published
