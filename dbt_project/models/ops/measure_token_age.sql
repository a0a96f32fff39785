{{ config(materialized='view', contract={'enforced': false}) }}

-- no source tells when its secret was made or ends: it is as old as our first use of it
with

sources as (

    select distinct source from {{ ref('sync_extracts') }}

),

placed as (

    select
        *,
        row_number() over (
            partition by source
            order by last_used_at desc nulls last, first_used_at desc nulls last
        ) as place

    from {{ ref('stg_canon__credentials') }}

),

measured as (

    select
        sources.source,
        newest.first_used_at,
        case
            when newest.is_secret then {{ age('newest.first_used_at', 86400000) }}
            when not newest.is_secret then 0
        end as age_days

    from sources

    left join placed as newest
        on sources.source = newest.source
        and newest.place = 1

),

judged as (

    select
        *,
        {{ health_verdict('token_age', 'age_days', by=['source']) }} as verdict,
        {{ health_allowed('token_age', by=['source']) }} as allowed

    from measured

)

select * from judged
