-- Written by the console, not by dbt: what ran and what it found. Append-only; nothing here is ever rebuilt.
create schema if not exists ops;

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
-- `fingerprint` still fits and `seen_seq` is the newest run, so that nothing can have changed in between.
create table if not exists ops.build_state (
    build_id varchar not null,
    fingerprint varchar not null,
    seen_seq bigint not null,
    built_at timestamp not null
);
