{%- do kept_by('customer_id', 'int_customers_reopened') -%}
with

affiliated as (

    select * from {{ ref('int_customers_affiliated') }}

),

published as (

    select
        customer_id,
        company_id,
        is_primary,
        source

    from affiliated

)

select * from published
