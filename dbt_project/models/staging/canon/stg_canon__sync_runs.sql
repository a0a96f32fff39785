with

source as (

    select * from {{ source('canon', 'sync_runs') }}

),

renamed as (

    select
        ---------- ids
        sync_id,
        sync_seq,

        ---------- text
        status,
        mode,
        policy_version,
        error,

        ---------- timestamps
        started_at,
        finished_at

    from source

)

select * from renamed
