-- What ran, what it found and what people said: no model makes these tables, so nothing here is ever rebuilt. A table that is
-- new stands here; a change of one that was released is a step in migrations.py besides.
create schema if not exists ops;

-- One row per step that has brought this warehouse up to date.
create table if not exists ops.schema_version (
    version integer not null,
    what varchar not null,
    migrated_at timestamp not null
);

-- One row per sync. status: running, succeeded, failed, stopped (at the API budget, will resume).
create table if not exists ops.sync_runs (
    sync_id varchar not null,
    sync_seq bigint not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    mode varchar not null,
    policy_version varchar,
    error varchar
);

-- One row per build: what it went by. logic_version: hash of everything but the log (canon.state.fingerprint; null where dbt alone
-- built); policy_lines: ` entity.field=hash …` of the lines that decide each field, and of the identity rules.
create table if not exists ops.build_logic (
    sync_id varchar not null,
    logic_version varchar,
    policy_lines varchar not null
);

-- One row per validation result. status: pass, fail, error. severity: critical, warning.
create table if not exists ops.health_checks (
    sync_id varchar,
    check_name varchar not null,
    status varchar not null,
    observed varchar,
    threshold varchar,
    severity varchar not null,
    checked_at timestamp not null
);

-- One row: what the last successful build was made of. A sync that loaded nothing may skip the build while
-- `fingerprint` still fits, `seen_seq` is the newest run, stewards have made no more than `decisions` and nothing was
-- suggested in more than `suggestions` runs, so that nothing can have changed in between.
create table if not exists ops.build_state (
    build_id varchar not null,
    fingerprint varchar not null,
    seen_seq bigint not null,
    built_at timestamp not null,
    decisions bigint,
    suggestions bigint
);

-- One row per decision of a steward about two source records (`system:object:id`, in that order of the alphabet).
-- kind: must_link, cannot_link, withdrawn. The last decision on a pair counts.
create table if not exists ops.identity_decisions (
    decision_id varchar not null,
    entity varchar not null,
    kind varchar not null,
    left_key varchar not null,
    right_key varchar not null,
    item_id varchar,
    actor varchar not null,
    reason varchar not null,
    decided_at timestamp not null
);

-- One row per run of `canon review suggest`: which model compared how many records. What the newest run found counts,
-- also where that is nothing.
create table if not exists ops.suggestion_runs (
    run_id varchar not null,
    model varchar not null,
    threshold double not null,
    records bigint not null,
    suggested_at timestamp not null
);

-- One row per run and pair of source records of two customers (keys as above) that are probably one person: how
-- probably (0 to 1) by which model, and what they share. Decides nothing.
create table if not exists ops.identity_suggestions (
    suggestion_id varchar not null,
    run_id varchar not null,
    left_key varchar not null,
    right_key varchar not null,
    probability double not null,
    because varchar not null,
    model varchar not null,
    suggested_at timestamp not null
);

-- One row per decision of a steward and canonical field it is about. kind: override, accepted, withdrawn; the last decision
-- on a field counts. record_key (`system:object:id`) stands for the customer, company or deal: the id is the hash of it.
-- value: as text, null is a blank. seen: hash of what the systems said. A group's fields share a decision_id.
create table if not exists ops.value_decisions (
    decision_id varchar not null,
    entity varchar not null,
    record_key varchar not null,
    field varchar not null,
    kind varchar not null,
    value varchar,
    seen varchar,
    item_id varchar,
    actor varchar not null,
    reason varchar not null,
    decided_at timestamp not null,
    expires_at timestamp
);

-- One row per erasure. cause: forget (canon forget), privacy_deletion (a source erased the person). records: how many
-- source records were erased. Who it was is written nowhere.
create table if not exists ops.erasures (
    erasure_id varchar not null,
    cause varchar not null,
    source varchar,
    records bigint not null,
    erased_at timestamp not null
);

-- One row per hash by which an erased person is known again. kind: record (of `system:object:id`), email, key (of the
-- table's own name: tells whether the key is still the one that made the others). hash: HMAC-SHA256 with CANON_HASH_KEY.
create table if not exists ops.tombstones (
    erasure_id varchar not null,
    kind varchar not null,
    hash varchar not null
);

-- One row per record about which an erasure leaves a question. kind: held (new, with the e-mail address of somebody who was
-- erased: it did not land), elsewhere (of a person whom another system erased for privacy). answer: released, refused, kept.
create table if not exists ops.erasure_questions (
    question_id varchar not null,
    kind varchar not null,
    source varchar not null,
    object varchar not null,
    source_record_id varchar not null,
    erased_by varchar,
    asked_at timestamp not null,
    answer varchar,
    actor varchar,
    reason varchar,
    answered_at timestamp
);

-- One row per record that goes on with a customer's id, for the one that the id was made of has been erased.
create table if not exists ops.kept_ids (
    record_key varchar not null,
    customer_id varchar not null,
    kept_at timestamp not null
);

-- One row per sync about the warehouse file (layer `file`: bytes of data, and free inside the file), and per schema where the
-- sync built.
create table if not exists ops.storage (
    sync_id varchar not null,
    layer varchar not null,
    used_bytes bigint not null,
    free_bytes bigint,
    measured_at timestamp not null
);

-- One row per sync and source: whether it let Canon in. outcome: ok, refused (credentials, permissions), unavailable.
create table if not exists ops.source_access (
    sync_id varchar not null,
    source varchar not null,
    outcome varchar not null,
    asked_at timestamp not null
);

-- One row per source and secret that it was read with, `none` for a source that asks for none. fingerprint: keyed hash
-- (canon.credentials); this table is not published.
create table if not exists ops.credentials (
    source varchar not null,
    fingerprint varchar not null,
    first_used_at timestamp not null,
    last_used_at timestamp not null
);

-- One row per object whose number of live records was another one in a published copy than in the one before. reason: why a
-- loss that had held the publish back was accepted.
create table if not exists ops.publications (
    published_at timestamp not null,
    source varchar not null,
    object varchar not null,
    live bigint not null,
    reason varchar
);

-- One row per policy that a build went by. policy: the variables of dbt_project.yml; seeds: {table: rows}; both JSON.
create table if not exists ops.policy_versions (
    policy_version varchar not null,
    policy varchar not null,
    seeds varchar not null,
    kept_at timestamp not null
);

-- One row per number in a measure table, as each validation saw it: what it is compared with later, and what the pages
-- draw. metric: the column; part: what names the row beside source and object. After 30 days one validation a day stays.
create table if not exists ops.measurements (
    sync_id varchar,
    measure varchar not null,
    metric varchar not null,
    source varchar,
    object varchar,
    part varchar,
    value double not null,
    measured_at timestamp not null
);

-- One row per `canon prune` that found another horizon than the one before: versions that this sync (sync_seq) and those before it
-- brought were thinned out, so builds from its start (replay_from) on can be made again. removed, thinned: versions that went, and of
-- which only what is still read stayed.
create table if not exists ops.prunings (
    pruned_at timestamp not null,
    sync_seq bigint not null,
    replay_from timestamp not null,
    superseded_days bigint not null,
    removed bigint not null,
    thinned bigint not null
);

-- One row per alert that a channel took. event: opened, closed; `enabled` when the channel was first seen, with the
-- severity from which on it is told of incidents as incident_id.
create table if not exists ops.alerts (
    incident_id varchar not null,
    channel varchar not null,
    event varchar not null,
    told_at timestamp not null
);

-- One row per incident: a check that did not pass, from the first validation that said so to the first that no longer
-- did (closed_at; null: open). closed_because: passed, or not checked (there is no such check any more). observed and
-- threshold: in its last red validation.
create or replace view ops.incidents as
with validations as (
    select checked_at, row_number() over (order by checked_at) as place
    from (select distinct checked_at from ops.health_checks)
),

red as (
    select
        checks.check_name, validations.place, min(checks.checked_at) as checked_at, min(checks.sync_id) as sync_id,
        min(checks.observed) as observed, min(checks.threshold) as threshold,
        bool_or(checks.severity = 'critical') as is_critical
    from ops.health_checks as checks
    join validations using (checked_at)
    where checks.status <> 'pass'
    group by checks.check_name, validations.place
),

-- validations in a row have the same distance to their number among the red ones
runs as (
    select *, place - row_number() over (partition by check_name order by place) as run from red
),

gathered as (
    select
        check_name, case when bool_or(is_critical) then 'critical' else 'warning' end as severity,
        min(checked_at) as opened_at, max(place) as last_place, count(*) as validations,
        arg_min(sync_id, place) as sync_id, arg_max(observed, place) as observed, arg_max(threshold, place) as threshold
    from runs
    group by check_name, run
)

select
    md5(gathered.check_name || ' ' || gathered.opened_at) as incident_id,
    gathered.check_name, gathered.severity, gathered.opened_at, ended.checked_at as closed_at,
    case
        when ended.checked_at is null then null
        when exists (
            select 1 from ops.health_checks as later
            where later.check_name = gathered.check_name and later.checked_at = ended.checked_at
        ) then 'passed'
        else 'not checked'
    end as closed_because,
    gathered.observed, gathered.threshold, gathered.validations, gathered.sync_id
from gathered
left join validations as ended on ended.place = gathered.last_place + 1;
