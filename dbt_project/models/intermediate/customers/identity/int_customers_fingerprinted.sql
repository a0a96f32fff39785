{{ config(materialized='view') }}

-- everything that identity reads of a record, one fact a row, as numbers that are cheap to compare
with

records as (

    select
        record_key,
        record_hash,
        record_mark as mark

    from {{ ref('int_customers_unioned') }}

),

employers as (

    select
        employed.record_key,
        employed.record_hash,
        {{ fingerprint(['employed.record_key', 'companies.domain', 'employed.strength']) }} as mark

    from {{ ref('int_customers_employed') }} as employed

    inner join {{ ref('int_companies_unioned') }} as companies
        on employed.company_key = companies.record_key

    where companies.domain is not null

),

links as (

    select
        left_key as record_key,
        left_hash as record_hash,
        {{ fingerprint([
            'left_key', 'right_key', 'match_rule', 'holders', 'status', 'reason',
        ]) }} as mark

    from {{ ref('int_customers_stated') }}

),

decisions as (

    select
        left_key as record_key,
        {{ key_hash('left_key') }} as record_hash,
        {{ fingerprint(['left_key', 'right_key', 'kind']) }} as mark

    from {{ ref('int_customers_settled') }}

),

fingerprinted as (

    select * from records
    union all
    select * from employers
    union all
    select * from links
    union all
    select * from decisions

)

select * from fingerprinted
