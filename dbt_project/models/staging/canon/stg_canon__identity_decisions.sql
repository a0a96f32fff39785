-- what stewards decided about pairs of records: the last word on each pair
with

source as (

    select * from {{ source('canon', 'identity_decisions') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by left_key, right_key
            order by decided_at desc nulls last, decision_id desc nulls last
        ) as place

    from source

),

latest as (

    select
        ---------- ids
        decision_id,
        left_key,
        right_key,

        ---------- text
        entity,
        kind,
        actor,
        reason,

        ---------- timestamps
        decided_at

    from ordered

    where place = 1 and kind != 'withdrawn'

)

select * from latest
