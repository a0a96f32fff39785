-- what an erasure asks a steward, as long as nobody has answered
with

source as (

    select * from {{ source('canon', 'erasure_questions') }}

),

open_questions as (

    select
        ---------- ids
        question_id,
        source || ':' || object || ':' || source_record_id as record_key,

        ---------- text
        kind,
        erased_by,

        ---------- timestamps
        asked_at

    from source

    where answer is null

)

select * from open_questions
