with

fields as (

    select * from {{ ref('int_fields_unioned') }}

),

runs as (

    select * from {{ ref('stg_canon__sync_runs') }}

),

-- what an object had when it was first read did not come; what it had before a version did
first_reads as (

    select
        source,
        object,
        min(sync_seq) as sync_seq

    from fields

    group by source, object

),

versions as (

    select
        *,
        lag(type) over field_history as old_type,
        lag(is_present) over field_history as was_present

    from fields

    window field_history as (partition by source, field_id order by sync_seq nulls last)

),

changes as (

    select
        versions.source,
        versions.object,
        versions.field,
        versions.sync_seq,
        case
            when versions.was_present is null and versions.sync_seq > first_reads.sync_seq
                then 'added'
            when versions.was_present and not versions.is_present then 'vanished'
            when not versions.was_present and versions.is_present then 'returned'
            when versions.old_type != versions.type then 'retyped'
        end as change,
        versions.old_type,
        case when versions.is_present then versions.type end as new_type

    from versions

    inner join first_reads
        on versions.source = first_reads.source
        and versions.object = first_reads.object

),

noticed as (

    select
        runs.sync_id,
        changes.source,
        changes.object,
        changes.field,
        changes.change,
        changes.old_type,
        changes.new_type,
        runs.started_at as noticed_at

    from changes

    left join runs
        on changes.sync_seq = runs.sync_seq

    where changes.change is not null

)

select * from noticed
