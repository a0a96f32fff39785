-- records of any entity that may say something else than when the last whole build ended
with

restated as (

    select
        source,
        object,
        source_record_id,
        record_hash
    from {{ ref('int_customers_restated') }}
    union
    select
        source,
        object,
        source_record_id,
        record_hash
    from {{ ref('int_companies_restated') }}
    union
    select
        source,
        object,
        source_record_id,
        record_hash
    from {{ ref('int_deals_restated') }}

)

select * from restated
