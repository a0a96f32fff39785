"""People for the benchmark of identity: what the models before it would have made, written by SQL.

Of each person there is a Salesforce contact and a HubSpot contact, of two in five a lead as well: 2.4
records. Nine in ten HubSpot contacts have the person's address, one in two the contact's id; one in three
people has an id of the product; the rest only the name at the company. One in a hundred reads a shared
mailbox, one in two hundred writes from a role mailbox, and one lead in twenty is converted.
"""

from pathlib import Path

import duckdb

FIRST_NAMES = 400
LAST_NAMES = 5000
PER_COMPANY = 8

PEOPLE = f"""
create or replace temp table people as
select
    i,
    'first' || chr(97 + cast(i % 20 as int)) || cast(hash(i) % {FIRST_NAMES} as varchar) as first_name,
    'last' || chr(97 + cast(i % 23 as int)) || cast(hash(i + 7) % {LAST_NAMES} as varchar) as last_name,
    'company' || (i // {PER_COMPANY}) || '.example' as domain,
    case
        when i % 200 = 0 then 'info@company' || (i // {PER_COMPANY}) || '.example'
        when i % 100 < 2 then 'shared' || (i // 100) || '@gmail.com'
        else 'p' || i || '@company' || (i // {PER_COMPANY}) || '.example'
    end as email,
    case when i % 3 = 0 then 'usr_' || i end as external_id
from range($people) as numbers(i)
"""

RECORDS = """
create or replace temp table records as
select 'salesforce' as source, 'Contact' as object, 's' || i as source_record_id, first_name, last_name,
    email, external_id, false as is_converted, i, domain
from people
union all
select 'hubspot', 'contacts', 'h' || i, first_name, last_name, case when i % 10 < 9 then email end,
    case when i % 2 = 0 then external_id end, false, i, domain
from people
union all
select 'salesforce', 'Lead', 'l' || i, first_name, last_name, email, null, i % 50 = 0, i, domain
from people
where i % 5 < 2
"""

# As the macro `fingerprint` does it.
HASH = "cast(hash({}) % 9223372036854775807 as bigint)"
RECORD_HASH = HASH.format("record_key")
MARK = HASH.format("record_key, is_deleted, last_name, email, external_id")

UNIONED = f"""
select
    source || ':' || object || ':' || source_record_id as record_key,
    {RECORD_HASH} as record_hash, source, object, source_record_id,
    1 as first_sync_seq, 1 as last_sync_seq, false as is_deleted, false as is_merged, is_converted,
    first_name, last_name, email, external_id, cast(null as varchar) as website,
    {MARK} as record_mark
from records
"""

OTHERS = {
    "intermediate.int_customers_merged": (
        "select cast(null as varchar) as loser_key, cast(null as varchar) as winner_key where false"
    ),
    "staging.stg_salesforce__leads": (
        "select source_record_id as salesforce_lead_id, "
        "case when is_converted then 's' || i end as converted_contact_id from records where object = 'Lead'"
    ),
    "staging.stg_hubspot__contacts": (
        "select source_record_id as hubspot_contact_id, cast(null as varchar) as salesforce_lead_id, "
        "case when i % 2 = 0 then 's' || i end as salesforce_contact_id from records where source = 'hubspot'"
    ),
    "intermediate.int_customers_employed": (
        "select source || ':' || object || ':' || source_record_id as record_key, domain as company_key, "
        f"1 as strength, {RECORD_HASH} as record_hash "
        "from records where object <> 'Lead'"
    ),
    "intermediate.int_companies_unioned": ("select distinct domain as record_key, domain from people"),
}


def fill(warehouse: Path, people: int) -> int:
    """Write the inputs of identity for so many people; returns the number of records."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as con:
        con.execute(PEOPLE, {"people": people})
        con.execute(RECORDS)
        for schema in ("intermediate", "staging"):
            con.execute(f"create schema if not exists {schema}")
        con.execute(f"create or replace table intermediate.int_customers_unioned as {UNIONED}")
        for name, query in OTHERS.items():
            con.execute(f"create or replace table {name} as {query}")
        counted = con.execute("select count(*) from intermediate.int_customers_unioned").fetchone()
    return counted[0] if counted else 0


# Records here and there: they get another address, another name or another id, or are deleted.
CHANGES = """
create or replace temp table touched as
select record_key, row_number() over (order by hash(record_key) nulls last) as place
from intermediate.int_customers_unioned
qualify place <= $changed
"""

CHANGE = """
update intermediate.int_customers_unioned as records
set
    -- a change of a record comes with another mark
    record_mark = records.record_mark + 1,
    email = case place % 4 when 0 then 'new' || place || '@elsewhere.example' else email end,
    last_name = case place % 4 when 1 then last_name || 'son' else last_name end,
    is_deleted = case place % 4 when 2 then true else is_deleted end,
    external_id = case place % 4 when 3 then 'usr_' || place else external_id end
from touched
where records.record_key = touched.record_key
"""


def change(warehouse: Path, changed: int) -> None:
    """Change so many records, as a sync would have."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute(CHANGES, {"changed": changed})
        con.execute(CHANGE)


JOINS = """
create or replace temp table links as
with keys as (
    select record_key, 'email' as rule, lower(email) as value
    from intermediate.int_customers_unioned where email is not null
    union all
    select record_key, 'id', external_id
    from intermediate.int_customers_unioned where external_id is not null
    union all
    select unioned.record_key, 'name', lower(first_name || ' ' || last_name || '@' || company_key)
    from intermediate.int_customers_unioned as unioned
    join intermediate.int_customers_employed as employed on employed.record_key = unioned.record_key
)
select record_key, min(record_key) over (partition by rule, value) as other_key from keys
union all
select 'hubspot:contacts:' || hubspot_contact_id, 'salesforce:Contact:' || salesforce_contact_id
from staging.stg_hubspot__contacts where salesforce_contact_id is not null
"""

LABELS = "select record_key, record_key as label from intermediate.int_customers_unioned"

ROUND = """
with pairs as (
    select record_key, other_key from links union all select other_key, record_key from links
),
near as (
    select pairs.record_key, min(labels.label) as label
    from pairs join labels on labels.record_key = pairs.other_key group by pairs.record_key
),
lower as (
    select labels.record_key, least(labels.label, coalesce(near.label, labels.label)) as label
    from labels left join near on near.record_key = labels.record_key
)
select lower.record_key, roots.label
from lower join lower as roots on roots.record_key = lower.label
"""

ROUNDS = 3


def join(warehouse: Path) -> int:
    """The bare joins and a few rounds of labels, no guards, no normal forms: what the work costs at least.

    Returns the number of groups.
    """
    with duckdb.connect(str(warehouse)) as con:
        con.execute(JOINS)
        for query in [LABELS, *[ROUND] * ROUNDS]:
            con.execute(f"create or replace temp table labels as {query}")
        counted = con.execute("select count(distinct label) from labels").fetchone()
    return counted[0] if counted else 0
