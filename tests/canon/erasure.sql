-- Beside warehouse.sql: the log of two people, the members of their versions, what was decided and found about Ada.
create schema raw_hubspot;
drop table raw_salesforce.contact;
create table raw_salesforce.contact as
select '003000000000001AAA' as _record_id, ' Ada@Lovelace.example' as email, 1 as _sync_seq, false as _is_deleted
union all select '003000000000001AAA', 'countess@lovelace.example', 2, false
union all select '003000000000003AAA', 'shared@example.org', 1, false;
create table raw_salesforce.contact_history as
select '017' as _record_id, '003000000000001AAA' as contactid, '+442071234567' as newvalue;
create table raw_hubspot.contacts as
select '501' as _record_id, 'ada@lovelace.example' as email, 1 as _sync_seq, true as _is_deleted
union all select '502', 'bob@example.org', 1, false;
create table raw_hubspot.deals as select '501' as _record_id, 'a deal, whose id is a contact''s too' as dealname;
create table raw_hubspot.contacts_companies as select '501' as _record_id, '9' as to_ids;

alter table snapshots.customers_snapshot add column members varchar;
update snapshots.customers_snapshot set dbt_valid_to = null where dbt_valid_to > timestamp '9000-01-01 00:00:00';
update snapshots.customers_snapshot set members = 'hubspot:contacts:501 salesforce:Contact:003000000000001AAA'
where customer_id = 'c-ada';
update snapshots.customers_snapshot set members = 'hubspot:contacts:502' where customer_id = 'c-bob';
insert into snapshots.customers_snapshot by name
select * replace (
    'c-old' as customer_id, 'hubspot:contacts:501' as members, timestamp '2026-11-10 00:00:00' as dbt_valid_to
) from snapshots.customers_snapshot where customer_id = 'c-ada' limit 1;
insert into snapshots.customers_snapshot by name
select * replace (
    'ada@lovelace.example' as email, 'hubspot:contacts:501 hubspot:contacts:502' as members,
    timestamp '2026-10-01 00:00:00' as dbt_valid_from, timestamp '2026-10-02 00:00:00' as dbt_valid_to
) from snapshots.customers_snapshot where customer_id = 'c-bob';
insert into marts.customer_changes values
    ('c-bob', 'email', null, 'ada@lovelace.example', null, 'hubspot', 'identity', timestamp '2026-10-01 00:00:00', 's0'),
    ('c-bob', 'email', 'ada@lovelace.example', 'bob@example.org', 'hubspot', 'hubspot', 'identity', timestamp '2026-10-02 00:00:00', 's0');

insert into ops.identity_decisions values
    ('d1', 'customer', 'cannot_link', 'hubspot:contacts:501', 'hubspot:contacts:502', null, 'eva', 'Ada is not Bob', now()::timestamp);
insert into ops.value_decisions values
    ('d2', 'customer', 'hubspot:contacts:501', 'phone', 'override', '+442071234567', null, null, 'eva', 'she called', now()::timestamp, null),
    ('d3', 'customer', 'hubspot:contacts:502', 'phone', 'override', '+15550001111', null, null, 'eva', 'he called', now()::timestamp, null);
