-- what stewards decided about values: the last word on each field of each record they addressed
with

source as (

    select * from {{ source('canon', 'value_decisions') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by entity, record_key, field
            order by decided_at desc nulls last, decision_id desc nulls last
        ) as place

    from source

),

latest as (

    select
        ---------- ids
        decision_id,
        record_key,

        ---------- text
        entity,
        field,
        kind,
        value,
        seen,
        actor,
        reason,

        ---------- timestamps
        decided_at,
        expires_at

    from ordered

    where place = 1 and kind != 'withdrawn'

)

select * from latest
