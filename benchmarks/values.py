"""Records for the benchmark of resolution, and the same answer by SQL that somebody writes by hand.

Of each person there is a Salesforce contact and a HubSpot contact, of two in five a lead as well. One value
in six is blank, every second one of a person's is the same in both systems.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import ROOT
from benchmarks.people import RECORD_HASH
from pipelines.policy import POLICY, read_policy

ENTITY = "customer"

PEOPLE = """
create or replace temp table records as
select
    source, object, prefix || i as source_record_id, i,
    'salesforce:Contact:s' || i as first_key,
    timestamp '2026-01-01' + interval (hash(i, prefix) % 300) day as modified_at
from range($people) as numbers(i)
cross join (values ('salesforce', 'Contact', 's'), ('hubspot', 'contacts', 'h'), ('salesforce', 'Lead', 'l'))
    as objects(source, object, prefix)
where object <> 'Lead' or i % 5 < 2
"""

BASE = """
    source || ':' || object || ':' || source_record_id as record_key, source, object, source_record_id,
    'e1' as extract_id, 1 as first_sync_seq, 1 as last_sync_seq, false as is_deleted, false as is_merged,
    false as is_converted, false as is_bounced, modified_at"""

# A value of each type out of a hash; `seed` is of the person alone where systems agree.
BY_TYPE = {
    "string": "'v' || ({seed} % 1000)",
    "double": "cast({seed} % 1000 as double)",
    "bigint": "cast({seed} % 1000 as bigint)",
    "boolean": "{seed} % 2 = 0",
    "date": "date '2026-01-01' + cast({seed} % 300 as integer)",
    "timestamp": "timestamp '2026-01-01' + interval ({seed} % 300) day",
}

Lines = Mapping[str, Mapping[str, Any]]


def policy() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The matrix of people as the project has it, and the type of every field."""
    own = read_policy(ROOT / POLICY)
    lines = [
        line
        for objects in own["field_map"][ENTITY].values()
        for mapped in objects.values()
        for line in mapped.values()
    ]
    return own["ownership"][ENTITY], {line["to"]: line["type"] for line in lines}


def fill(warehouse: Path, people: int) -> int:
    """Write what resolution reads for so many people; returns the number of records."""
    matrix, types = policy()
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    columns = ",".join(_columns(field, types[field], line) for field, line in matrix.items())
    with duckdb.connect(str(warehouse)) as con:
        for schema in ("intermediate", "staging"):
            con.execute(f"create schema if not exists {schema}")
        con.execute(PEOPLE, {"people": people})
        con.execute(f"create table intermediate.int_customers_dated as select {BASE}, {columns} from records")
        con.execute(
            "create table intermediate.int_customers_identified as select source || ':' || object || ':' || "
            f"source_record_id as record_key, {RECORD_HASH} as record_hash, md5(first_key) as customer_id "
            "from records"
        )
        con.execute(
            "create table staging.stg_canon__sync_runs as select 's1' as sync_id, 1 as sync_seq, "
            "timestamp '2026-11-01' as started_at"
        )
        con.execute(
            "create table intermediate.int_customers_answered as select null::varchar as customer_id, "
            "null::varchar as field, null::varchar as kind, null::varchar as value, "
            "null::varchar as decision_id, null::timestamp as decided_at, false as holds where false"
        )
        con.execute(
            "create table intermediate.int_customers_parted as select null::varchar as customer_id, "
            "null::varchar as record_key, null::varchar as other_customer_id, null::varchar as other_key, "
            "null::timestamp as parted_at where false"
        )
        counted = con.execute("select count(*) from records").fetchone()
    return counted[0] if counted else 0


def _columns(field: str, kind: str, line: Mapping[str, Any]) -> str:
    seed = f"(case when hash(i, '{field}') % 2 = 0 then hash(i) else hash(i, object) end)"
    value = BY_TYPE[kind].format(seed=seed)
    said = f"case when hash(i, object, '{field}') % 6 > 0 then {value} end"
    consent = f", true as {field}_is_visible" if line["rule"].startswith("consent_") else ""
    return f"""
        {said} as {field},
        cast({said} as varchar) as {field}_raw,
        'record_modified' as {field}_clock,
        modified_at - interval (hash(i, object, '{field}', 1) % 90) day as {field}_changed_at{consent}"""


def by_hand(warehouse: Path) -> int:
    """Every cell with value, source, record, clock, and whether it is contested, in one pass by hand.

    Returns the number of customers. The order of each rule as in the default matrix; no deleted, merged or
    converted records, no overrides: this data has none.
    """
    matrix, _ = policy()
    winners = ",\n".join(_winner(field, line, matrix) for field, line in matrix.items())
    wide = ", ".join(f"{field}.v as {field}, {field}.s as {field}_source" for field in matrix)
    cells = " union all ".join(
        f"select customer_id, '{field}' as field, cast({field}.v as varchar) as value, {field}.s as source, "
        f"{field}.o as object, {field}.r as source_record_id, '{line['rule']}' as rule, "
        f"{field}.c as changed_at, {field}.k as clock, {field}_said > 1 as is_contested from winners"
        for field, line in matrix.items()
    )
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema if not exists hand")
        con.execute(
            f"create or replace temp table winners as select customer_id, {winners} "
            "from intermediate.int_customers_dated "
            "join intermediate.int_customers_identified using (record_key) group by customer_id"
        )
        con.execute(f"create or replace table hand.customers as select customer_id, {wide} from winners")
        con.execute(f"create or replace table hand.customer_fields as {cells}")
        counted = con.execute("select count(*) from hand.customers").fetchone()
    return counted[0] if counted else 0


def _winner(field: str, line: Mapping[str, Any], matrix: Lines) -> str:
    members = [each for each in matrix if each == field or _moves_with(matrix[each], line)]
    filled = " or ".join(f"{each} is not null" for each in members)
    newest = f"greatest({', '.join(f'{each}_changed_at' for each in members)})"
    order = list(enumerate(reversed(line["sources"]), start=1))
    rank = " ".join(
        ["case source", *(f"when '{source}' then {place}" for place, source in order), "else 0 end"]
    )
    by_value = {"recency": "1", "max_value": field, "consent_most_restrictive": field}
    listed = ", ".join(f"'{source}'" for source in line["sources"])
    is_consent = line["rule"].startswith("consent")
    blanks = "true" if line.get("blank") == "keep_blank" and not is_consent else filled
    return f"""
        arg_max(
            {{'v': {field}, 's': source, 'o': object, 'r': source_record_id,
              'c': {field}_changed_at, 'k': {field}_clock}},
            ({by_value.get(line["rule"], rank)}, {newest}, modified_at, {rank}, source_record_id)
        ) filter (where source in ({listed}) and ({blanks})) as {field},
        count(distinct {field}) as {field}_said"""


def _moves_with(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.get("group") is not None and one.get("group") == other.get("group")
