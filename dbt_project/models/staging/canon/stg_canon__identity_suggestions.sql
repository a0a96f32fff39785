-- which pairs of records the newest run of `canon review suggest` took for one person
with

source as (

    select * from {{ source('canon', 'identity_suggestions') }}

),

newest_run as (

    select max_by(run_id, suggested_at) as run_id
    from {{ source('canon', 'suggestion_runs') }}

),

-- an earlier run may have found the same pair: since then the question is open
dated as (

    select
        *,
        min(suggested_at) over (partition by left_key, right_key) as first_suggested_at

    from source

),

latest as (

    select
        ---------- ids
        dated.suggestion_id,
        dated.left_key,
        dated.right_key,

        ---------- text
        dated.because,
        dated.model,

        ---------- numerics
        dated.probability,

        ---------- timestamps
        dated.first_suggested_at,
        dated.suggested_at

    from dated

    inner join newest_run
        on dated.run_id = newest_run.run_id

)

select * from latest
