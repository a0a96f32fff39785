with

source as (

    select * from {{ source('canon', 'sync_runs') }}

),

logic as (

    select * from {{ source('canon', 'build_logic') }}

),

renamed as (

    select
        ---------- ids
        source.sync_id,
        source.sync_seq,

        ---------- text
        source.status,
        source.mode,
        source.policy_version,
        logic.logic_version,
        logic.policy_lines,
        source.error,

        ---------- timestamps
        source.started_at,
        source.finished_at

    from source

    left join logic
        on source.sync_id = logic.sync_id

)

select * from renamed
