-- A small warehouse with the shapes of the published tables: three people, one of them known to both systems.
create schema marts;
create schema snapshots;
create schema staging;
create schema raw_salesforce;

create table raw_salesforce.contact (_record_id varchar, email varchar);
insert into raw_salesforce.contact values ('003000000000001AAA', 'ada@lovelace.example');
create table staging.secret (email varchar);

create table marts.field_ownership (
    entity varchar, field varchar, rule varchar, sources varchar, fallback varchar, blank_policy varchar,
    needs_review boolean, steward varchar, why varchar, parameters varchar
);
insert into marts.field_ownership values
    ('customer', 'email', 'source_priority', 'salesforce, hubspot', null, 'fall_through', false, 'revops', 'Sales confirms it', '{}'),
    ('customer', 'phone', 'recency', 'salesforce, hubspot', null, 'fall_through', false, 'revops', 'Either may hear first', '{}'),
    ('customer', 'job_title', 'source_priority', 'salesforce, hubspot', null, 'fall_through', false, 'sales_ops', 'Reps know', '{}'),
    ('customer', 'lead_score', 'owner_only', 'hubspot', null, 'keep_blank', false, 'marketing_ops', 'HubSpot computes it', '{}'),
    ('customer', 'email_opted_out', 'consent_most_restrictive', 'salesforce, hubspot', null, 'keep_blank', false, 'legal', 'An opt-out binds', '{}'),
    ('company', 'name', 'source_priority', 'salesforce, hubspot', null, 'fall_through', false, 'sales_ops', 'On the contract', '{}'),
    ('company', 'domain', 'source_priority', 'salesforce, hubspot', null, 'fall_through', false, 'sales_ops', 'Where they are', '{}'),
    ('deal', 'stage', 'source_priority', 'salesforce, hubspot', null, 'fall_through', true, 'sales_ops', 'Sales says', '{}');

create table marts.customers (
    customer_id varchar, email varchar, first_name varchar, last_name varchar, phone varchar, job_title varchar,
    lead_score double, email_opted_out boolean, email_source varchar, phone_source varchar, job_title_source varchar,
    lead_score_source varchar, email_opted_out_source varchar,
    first_seen_at timestamp, changed_at timestamp, is_deleted boolean, policy_version varchar
);
insert into marts.customers values
    ('c-ada', 'ada@lovelace.example', 'Ada', 'Lovelace', '+442071234567', 'Countess', 42, true,
     'salesforce', 'hubspot', 'salesforce', 'hubspot', 'hubspot',
     timestamp '2026-11-01 00:00:00', timestamp '2026-11-20 10:05:00', false, 'p1'),
    ('c-bob', 'bob@example.org', 'Bob', null, null, null, null, null,
     'hubspot', null, null, null, null,
     timestamp '2026-11-01 00:00:00', timestamp '2026-11-01 00:00:00', false, 'p1'),
    ('c-cy', 'shared@example.org', 'Cy', null, null, null, null, null,
     'salesforce', null, null, null, null,
     timestamp '2026-11-01 00:00:00', timestamp '2026-11-01 00:00:00', true, 'p1');
comment on table marts.customers is 'The people. Grain: one row per person';
comment on column marts.customers.email is 'It''s the address that sales confirmed';

create table marts.customer_sources (
    customer_id varchar, source varchar, object varchar, source_record_id varchar, match_rule varchar,
    match_key varchar, is_deleted boolean, first_seen_at timestamp
);
insert into marts.customer_sources values
    ('c-ada', 'salesforce', 'Contact', '003000000000001AAA', 'first_record', null, false, timestamp '2026-11-01 00:00:00'),
    ('c-ada', 'hubspot', 'contacts', '501', 'same_email', 'f00d', false, timestamp '2026-11-01 00:00:00'),
    ('c-bob', 'hubspot', 'contacts', '502', 'first_record', null, false, timestamp '2026-11-01 00:00:00'),
    ('c-cy', 'salesforce', 'Contact', '003000000000003AAA', 'first_record', null, true, timestamp '2026-11-01 00:00:00');

create table marts.customer_aliases (old_customer_id varchar, customer_id varchar, retired_at timestamp, reason varchar);
insert into marts.customer_aliases values ('c-old', 'c-ada', timestamp '2026-11-10 00:00:00', 'merged');

create table marts.customer_fields (
    customer_id varchar, field varchar, value varchar, source varchar, object varchar, source_record_id varchar,
    rule varchar, changed_at timestamp, clock varchar, is_contested boolean
);
insert into marts.customer_fields values
    ('c-ada', 'email', 'ada@lovelace.example', 'salesforce', 'Contact', '003000000000001AAA', 'source_priority', timestamp '2026-11-01 09:00:00', 'record_modified', false),
    ('c-ada', 'phone', '+442071234567', 'hubspot', 'contacts', '501', 'recency', timestamp '2026-11-20 10:00:00', 'field_history', true),
    ('c-ada', 'job_title', 'Countess', 'salesforce', 'Contact', '003000000000001AAA', 'source_priority', timestamp '2026-11-01 09:00:00', 'record_modified', true),
    ('c-ada', 'lead_score', '42.0', 'hubspot', 'contacts', '501', 'owner_only', timestamp '2026-11-02 09:00:00', 'field_history', false),
    ('c-ada', 'email_opted_out', 'true', 'hubspot', 'contacts', '501', 'consent_most_restrictive', timestamp '2026-11-02 09:00:00', 'field_history', true),
    ('c-bob', 'email', 'bob@example.org', 'hubspot', 'contacts', '502', 'source_priority', timestamp '2026-11-01 09:00:00', 'record_modified', false),
    ('c-bob', 'phone', null, null, null, null, 'recency', null, null, false);

create table marts.customer_field_conflicts (
    customer_id varchar, field varchar, canonical_value varchar, canonical_source varchar, source varchar,
    object varchar, source_record_id varchar, source_value varchar, status varchar, since timestamp
);
insert into marts.customer_field_conflicts values
    ('c-ada', 'phone', '+442071234567', 'hubspot', 'salesforce', 'Contact', '003000000000001AAA', '+15551230000', 'stale', timestamp '2026-11-20 10:00:00'),
    ('c-ada', 'job_title', 'Countess', 'salesforce', 'hubspot', 'contacts', '501', 'Programmer', 'overruled', timestamp '2026-11-03 00:00:00'),
    ('c-ada', 'email_opted_out', 'true', 'hubspot', 'salesforce', 'Contact', '003000000000001AAA', 'false', 'overruled', timestamp '2026-11-02 09:00:00');

create table marts.customer_candidates (
    customer_id varchar, source varchar, object varchar, source_record_id varchar, is_deleted boolean,
    email varchar, email_changed_at timestamp, email_clock varchar,
    phone varchar, phone_changed_at timestamp, phone_clock varchar,
    job_title varchar, job_title_changed_at timestamp, job_title_clock varchar,
    lead_score double, lead_score_changed_at timestamp, lead_score_clock varchar,
    email_opted_out boolean, email_opted_out_changed_at timestamp, email_opted_out_clock varchar
);
insert into marts.customer_candidates values
    ('c-ada', 'salesforce', 'Contact', '003000000000001AAA', false,
     'ada@lovelace.example', timestamp '2026-11-01 09:00:00', 'record_modified',
     '+15551230000', timestamp '2026-11-01 09:00:00', 'record_modified',
     'Countess', timestamp '2026-11-01 09:00:00', 'record_modified',
     null, null, null,
     false, timestamp '2026-11-01 09:00:00', 'record_modified'),
    ('c-ada', 'hubspot', 'contacts', '501', false,
     'ada@lovelace.example', timestamp '2026-11-02 09:00:00', 'field_history',
     '+442071234567', timestamp '2026-11-20 10:00:00', 'field_history',
     'Programmer', timestamp '2026-11-03 00:00:00', 'field_history',
     42, timestamp '2026-11-02 09:00:00', 'field_history',
     true, timestamp '2026-11-02 09:00:00', 'field_history'),
    ('c-bob', 'hubspot', 'contacts', '502', false,
     'bob@example.org', timestamp '2026-11-01 09:00:00', 'record_modified',
     null, null, null, null, null, null, null, null, null, null, null, null);

create table marts.customer_changes (
    customer_id varchar, field varchar, old_value varchar, new_value varchar, old_source varchar, new_source varchar,
    cause varchar, changed_at timestamp, sync_id varchar
);
insert into marts.customer_changes values
    ('c-ada', 'customer_id', null, 'c-ada', null, null, 'source', timestamp '2026-11-01 00:00:00', 's1'),
    ('c-ada', 'phone', '+15551230000', '+442071234567', 'salesforce', 'hubspot', 'source', timestamp '2026-11-20 10:05:00', 's2');

create table marts.review_queue (
    item_id varchar, kind varchar, customer_id varchar, field varchar, candidates varchar, opened_at timestamp
);
insert into marts.review_queue values
    ('r2', 'identity', 'c-cy', null,
     'salesforce:Contact:003000000000003AAA = hubspot:contacts:501 or hubspot:contacts:502: the name fits several people',
     timestamp '2026-11-21 10:05:00'),
    ('r1', 'conflict', 'c-ada', 'account_owner', 'hubspot=ada.king@example.org', timestamp '2026-11-20 10:05:00');

create table marts.customer_links (
    source varchar, object varchar, source_record_id varchar, other_source varchar, other_object varchar,
    other_source_record_id varchar, tier integer, match_rule varchar, match_key varchar, status varchar, reason varchar
);
insert into marts.customer_links values
    ('salesforce', 'Contact', '003000000000001AAA', 'hubspot', 'contacts', '501', 3, 'email', 'f00d', 'accepted', null),
    ('salesforce', 'Contact', '003000000000003AAA', 'salesforce', 'Contact', '003000000000003AAA', 3, 'email', 'beef', 'blocked', 'names a desk and not a person');

create table snapshots.customers_snapshot as
select
    *,
    timestamp '2026-11-20 10:05:30' as dbt_valid_from,
    timestamp '9999-12-31 00:00:00' as dbt_valid_to
from marts.customers;
insert into snapshots.customers_snapshot
select
    * replace ('+15551230000' as phone, 'salesforce' as phone_source, 'p0' as policy_version),
    timestamp '2026-11-01 00:00:30' as dbt_valid_from,
    timestamp '2026-11-20 10:05:30' as dbt_valid_to
from marts.customers
where customer_id = 'c-ada';

insert into ops.sync_runs values
    ('s1', 1, timestamp '2026-11-01 00:00:00', timestamp '2026-11-01 00:01:00', 'succeeded', 'delta', 'p0', null),
    ('s2', 2, timestamp '2026-11-20 10:05:00', timestamp '2026-11-20 10:06:00', 'succeeded', 'delta', 'p1', null);

create table ops.loads (source varchar, object varchar, loaded_at timestamp, records bigint);
insert into ops.loads values
    ('salesforce', 'Contact', now()::timestamp, 2),
    ('hubspot', 'contacts', now()::timestamp, 2);

create view ops.measure_freshness as
select
    source, object, loaded_at as last_loaded_at,
    date_diff('second', loaded_at, now()::timestamp) / 60.0 as minutes_behind,
    date_diff('second', loaded_at, now()::timestamp) / 900.0 as intervals_behind,
    records, if(intervals_behind > 2, 'critical', 'ok') as verdict, 'at most 2' as allowed
from ops.loads;

create view ops.measure_join_coverage as
select source, customers, matched, 100.0 * matched / customers as matched_percent,
    100 - matched_percent as unmatched_percent, 'ok' as verdict, 'anything' as allowed
from (values ('salesforce', 10::bigint, 7::bigint), ('hubspot', 9::bigint, 7::bigint)) as counts (source, customers, matched);

create table ops.rejected_records (
    source varchar, object varchar, source_record_id varchar, field varchar, reason varchar, raw_value varchar,
    sync_id varchar, is_resolved boolean
);
insert into ops.rejected_records values
    ('salesforce', 'Contact', '003000000000001AAA', 'phone', 'no valid phone number', 'ask for Babbage', 's1', false),
    ('salesforce', 'Contact', '003000000000003AAA', 'email', 'no valid e-mail address', 'cy@@example.org', 's1', true),
    ('hubspot', 'contacts', '502', 'lead_score', 'no valid double', 'high', 's2', false);

create table ops.source_changes (
    source varchar, object varchar, source_record_id varchar, field varchar, old_value varchar, new_value varchar,
    source_changed_at timestamp, clock varchar, extract_id varchar, sync_id varchar
);
insert into ops.source_changes values
    ('hubspot', 'contacts', '501', 'phone', '+15551230000', '+442071234567', timestamp '2026-11-20 10:00:00', 'field_history', 's2.hubspot.contacts', 's2');

create table ops.sync_extracts (
    extract_id varchar, sync_id varchar, sync_seq bigint, source varchar, object varchar, mode varchar,
    transport varchar, window_from timestamp, window_to timestamp, rows_read bigint, rows_written bigint,
    rows_rejected bigint, api_calls bigint, retries bigint, api_used bigint, api_limit bigint, outcomes varchar, fields varchar,
    finished_at timestamp
);

insert into ops.sync_extracts by name
select 's2.hubspot.contacts' as extract_id, 's2' as sync_id, 2 as sync_seq, 'hubspot' as source, 'contacts' as object, 'delta' as mode, 'search' as transport
union all
select 's1.' || source || '.' || object, 's1', 1, source, object, 'backfill', 'list' from ops.loads;

create table ops.data_dictionary (
    source varchar, object varchar, field varchar, label varchar, type varchar, picklist_values varchar,
    is_required boolean, is_writable boolean, is_calculated boolean, is_present boolean, canonical_field varchar,
    owner varchar, updated_at timestamp
);
insert into ops.data_dictionary by name
select * from (values
    ('salesforce', 'Contact', 'Phone', 'customer.phone'), ('hubspot', 'contacts', 'phone', 'customer.phone'),
    ('salesforce', 'Contact', 'Title', 'customer.job_title'), ('hubspot', 'contacts', 'jobtitle', 'customer.job_title')
) as fields (source, object, field, canonical_field);

-- a company in both systems under two names, and a deal of Salesforce's
create table marts.companies as select 'co-engine' as company_id, 'Engine Ltd' as name, 'engine.example' as domain, 'salesforce' as name_source, false as is_deleted, 'p1' as policy_version;
create table marts.company_sources as select 'co-engine' as company_id, *, false as is_deleted, timestamp '2026-11-01' as first_seen_at
    from (values ('salesforce', 'Account', '001000000000001AAA', 'only_record'), ('hubspot', 'companies', '501', 'domain')) as t(source, object, source_record_id, match_rule);
create table marts.company_fields as select 'co-engine' as company_id, *, 'source_priority' as rule, timestamp '2026-11-01' as changed_at, 'observed' as clock
    from (values ('name', 'Engine Ltd', 'salesforce', 'Account', '001000000000001AAA'), ('domain', 'engine.example', 'hubspot', 'companies', '501')) as t(field, value, source, object, source_record_id);
create table marts.company_candidates as select 'co-engine' as company_id, *, false as is_deleted, timestamp '2026-11-01' as name_changed_at, 'observed' as name_clock, timestamp '2026-11-01' as domain_changed_at, 'observed' as domain_clock
    from (values ('salesforce', 'Account', '001000000000001AAA', 'Engine Ltd', null), ('hubspot', 'companies', '501', 'Engines', 'engine.example')) as t(source, object, source_record_id, name, domain);
create table marts.company_field_conflicts as select 'co-engine' as company_id, 'name' as field, 'hubspot' as source, 'companies' as object, '501' as source_record_id, 'Engines' as source_value, 'overruled' as status;
create table marts.company_changes as select 'co-engine' as company_id, 'name' as field, 'Engines' as old_value, 'Engine Ltd' as new_value, 'hubspot' as old_source, 'salesforce' as new_source,
    'source' as cause, timestamp '2026-11-20 10:05:00' as changed_at, 's2' as sync_id;
create table snapshots.companies_snapshot as select 'co-engine' as company_id, 'Engines' as name, 'hubspot' as name_source, 'engine.example' as domain, 'p1' as policy_version,
    timestamp '2026-11-01' as dbt_valid_from, timestamp '2026-11-20 10:05:00' as dbt_valid_to;

create table marts.deals as select 'd-tables' as deal_id, 'Won' as stage, 'salesforce' as stage_source, false as is_deleted, 'p1' as policy_version;
create table marts.deal_sources as select 'd-tables' as deal_id, 'salesforce' as source, 'Opportunity' as object, '006000000000001AAA' as source_record_id, 'only_record' as match_rule, false as is_deleted, timestamp '2026-11-01' as first_seen_at;
create table marts.deal_fields as select 'd-tables' as deal_id, 'stage' as field, 'Won' as value, 'salesforce' as source, 'Opportunity' as object, '006000000000001AAA' as source_record_id, 'source_priority' as rule, timestamp '2026-11-01' as changed_at, 'observed' as clock;
create table marts.deal_candidates as select 'd-tables' as deal_id, 'salesforce' as source, 'Opportunity' as object, '006000000000001AAA' as source_record_id, false as is_deleted, 'Won' as stage, timestamp '2026-11-01' as stage_changed_at, 'observed' as stage_clock;
create table marts.deal_field_conflicts as from marts.company_field_conflicts limit 0;
alter table marts.deal_field_conflicts rename company_id to deal_id;
create table marts.deal_changes as from marts.company_changes limit 0;
alter table marts.deal_changes rename company_id to deal_id;
create table snapshots.deals_snapshot as select 'd-tables' as deal_id, 'Won' as stage, 'p1' as policy_version, timestamp '2026-11-01' as dbt_valid_from, null::timestamp as dbt_valid_to;
