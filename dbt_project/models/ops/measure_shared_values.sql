{{ config(materialized='table', contract={'enforced': false}) }}

-- counted when records change, as all of them have to be looked at; judged when it is read
with

live as (

    select
        source,
        match_rule,
        value_hash,
        count(*) as records

    from {{ ref('int_customers_keyed') }}

    where
        is_live
        and match_rule in ('email', 'external_id')
        and block_reason is null

    group by source, match_rule, value_hash

),

counted as (

    select
        source,
        match_rule as kind,
        cast(sum(records) as bigint) as records,
        cast(sum(case when records > 1 then records else 0 end) as bigint) as duplicates

    from live

    group by source, match_rule

)

select * from counted
