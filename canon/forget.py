"""Erasing people: from the log to the pages, so that no byte of them is left in any file of ours.

What an order names is deleted, the tables are made anew from the log that is left, and the files are written
anew, for a DuckDB file keeps what was deleted in free blocks. The order stands until all of that is done.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from canon.copied import remove_copies
from canon.erase import erase
from canon.find import Record, find_customer
from canon.journal import journalled
from canon.lock import run_lock
from canon.order import FORGET, PRIVACY_DELETION, Left, Order, close_order, open_order, place_order
from canon.output import messages
from canon.published import open_published
from canon.quiet import no_telemetry
from canon.rewrite import rewrite
from canon.settings import Settings
from canon.state import fingerprint
from canon.warehouse import connect, first, has_table, require_warehouse

NEEDED = (("marts", "customers"), ("marts", "customer_sources"), ("marts", "customer_candidates"))

# What dlt leaves beside the warehouse. What of it is not loaded is read again: the log knows from where on.
DLT_WORK = ".dlt_work"

# More at once are rather a fault of a source, or of what it shows us, than people who asked for it.
MOST_PRIVACY_DELETIONS = 100


@dataclass(frozen=True)
class Person:
    """Whom an erasure is about."""

    customer_id: str
    records: tuple[Record, ...]

    @property
    def systems(self) -> str:
        """Which systems know the person, in words."""
        return ", ".join(dict.fromkeys(record.source for record in self.records))


@dataclass(frozen=True)
class ForgetReport:
    """What was erased: how many records of which systems, and when."""

    erasure_id: str
    records: int
    systems: tuple[str, ...]
    erased_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object; it does not say who it was."""
        return {"status": "succeeded", "exit_code": 0, **asdict(self)}


def find_person(settings: Settings, wanted: str) -> Person:
    """Whom `wanted` means, found as `canon explain` finds them, with all their records.

    Raises:
        CustomerUnknown: Nobody, or more than one person, goes by it.
        UsageError: There is no warehouse or no published copy yet.
    """
    require_warehouse(settings.warehouse)
    with open_published(settings.published, NEEDED) as con:
        customer_id = find_customer(con, wanted)
        records = set(_records(con, customer_id))
    return Person(customer_id, tuple(sorted(records)))


def forget(settings: Settings, person: Person) -> ForgetReport:
    """Erase all records of a person, of every system, everywhere.

    Raises:
        LockHeld: A run is at work.
        CanonError: Something failed on the way; the next run of any kind goes on from there.
    """
    no_telemetry()
    with run_lock(settings.warehouse, "forget"):
        order = resume(settings)
        if order is None or person.customer_id not in order.customers:
            with connect(settings.warehouse, read_only=True) as con:
                records = _all_records(con, person)
            order = place_order(settings.warehouse, FORGET, tuple(sorted(records)), (person.customer_id,))
            _carry_out(settings, order)
        with connect(settings.warehouse, read_only=True) as con:
            found = first(con, "select erased_at from ops.erasures where erasure_id = ?", [order.erasure_id])
    assert found is not None, "what was carried out is journalled"
    systems = tuple(dict.fromkeys(record.source for record in order.records))
    return ForgetReport(order.erasure_id, len(order.records), systems, found[0])


def resume(settings: Settings) -> Order | None:
    """Finish an erasure that a run did not live to finish, and say which. The caller holds the lock."""
    order = open_order(settings.warehouse)
    if not settings.warehouse.is_file():
        close_order(settings.warehouse)  # somebody has deleted all of it
        return None
    if order is not None:
        messages.print("An erasure was not finished: going on with it.")
        _carry_out(settings, order)
    return order


def privacy_deletions(settings: Settings, sources: Iterable[str]) -> Order | None:
    """An order for the records that a load found erased at their source, placed; None where there are none.

    Where there are too many nothing is erased, and a message says so.
    """
    with connect(settings.warehouse, read_only=True) as con:
        found = [record for source in sources for record in _erased_at(con, source)]
        if not found:
            return None
        if len(found) > MOST_PRIVACY_DELETIONS:
            messages.print(_too_many(len(found), found[0].source), style="yellow")
            return None
        found = _with_absorbed(con, found)
        customers = {customer for record in found for customer in _customers(con, record)}
        left = _left(con, customers, found)
    return place_order(
        settings.warehouse,
        PRIVACY_DELETION,
        tuple(found),
        tuple(sorted(customers)),
        found[0].source,
        left,
    )


def clean(settings: Settings) -> None:
    """Leave no byte of what was deleted in the files beside those that analysts read."""
    rewrite(settings.warehouse)
    remove_copies(settings.warehouse)
    shutil.rmtree(settings.warehouse.parent / DLT_WORK, ignore_errors=True)
    logs = Path(os.environ.get("DBT_LOG_PATH") or settings.target / "logs")
    for path in (*logs.glob("dbt.log*"), settings.target / "run_results.json"):
        path.unlink(missing_ok=True)  # an error there may repeat the values of a record


def _carry_out(settings: Settings, order: Order) -> None:
    from canon.sync import noted_build, publish

    erase(settings, order)
    with journalled(settings.warehouse, FORGET) as run:
        noted_build(settings, run, fingerprint(settings), full_refresh=True)
    clean(settings)
    publish(settings, erasing=True)
    close_order(settings.warehouse)


def _all_records(con: duckdb.DuckDBPyConnection, person: Person) -> set[Record]:
    """The records that the person has by now, and the accounts that are the person themselves."""
    records = set(person.records)
    if has_table(con, "marts", "customer_sources"):
        records |= set(_records(con, person.customer_id))
    return records | {account for record in records for account in _person_accounts(con, record)}


def _records(con: duckdb.DuckDBPyConnection, customer_id: str) -> list[Record]:
    found = con.execute(
        "select source, object, source_record_id from marts.customer_sources where customer_id = ?",
        [customer_id],
    ).fetchall()
    return [Record(*row) for row in found]


def _customers(con: duckdb.DuckDBPyConnection, record: Record) -> list[str]:
    """The customer that a record belongs to, if the last build knew it."""
    if not has_table(con, "marts", "customer_sources"):
        return []
    found = con.execute(
        "select customer_id from marts.customer_sources "
        "where source = ? and object = ? and source_record_id = ?",
        [*record],
    ).fetchall()
    return [customer_id for (customer_id,) in found]


def _person_accounts(con: duckdb.DuckDBPyConnection, record: Record) -> list[Record]:
    """The account of a Salesforce person account: it has the person's name and number."""
    if record[:2] != ("salesforce", "Contact") or not has_table(con, "raw_salesforce", "account"):
        return []
    found = con.execute(
        "select distinct accountid from raw_salesforce.contact where _record_id = ? and accountid in "
        "(select _record_id from raw_salesforce.account where ispersonaccount = 'true') order by 1",
        [record.source_record_id],
    ).fetchall()
    return [Record("salesforce", "Account", account_id) for (account_id,) in found]


def _erased_at(con: duckdb.DuckDBPyConnection, source: str) -> list[Record]:
    """What a source erased, unless it is there again."""
    schema = f"raw_{source}"
    if not has_table(con, schema, "privacy_deletions"):
        return []
    told = con.execute(f"select distinct object, _record_id from {schema}.privacy_deletions order by all")
    return [Record(source, *row) for row in told.fetchall() if _is_gone(con, schema, *row)]


def _is_gone(con: duckdb.DuckDBPyConnection, schema: str, object_name: str, record_id: str) -> bool:
    """Whether the newest version of a record says deleted; object and table of people have one name there."""
    found = first(
        con,
        f'select arg_max(_is_deleted, _sync_seq) from {schema}."{object_name}" where _record_id = ?',
        [record_id],
    )
    return bool(found and found[0])


def _with_absorbed(con: duckdb.DuckDBPyConnection, erased: Sequence[Record]) -> list[Record]:
    """The records, and those that were merged into them: the log has their versions still."""
    from pipelines.hubspot.rows import absorbed_ids

    found = dict.fromkeys(erased)
    waiting = list(erased)
    while waiting:
        source, object_name, record_id = waiting.pop()
        query = f'from raw_{source}."{object_name}" where _record_id = ?'
        versions = con.sql(query, params=[record_id]).to_arrow_table()
        absorbed = [Record(source, object_name, each) for each in absorbed_ids(versions)]
        waiting += [each for each in absorbed if each not in found]
        found |= dict.fromkeys(absorbed)
    return list(found)


def _left(
    con: duckdb.DuckDBPyConnection, customers: Iterable[str], erased: Sequence[Record]
) -> tuple[Left, ...]:
    """The oldest record that is left of each of the people, if any is: it goes on with their id."""
    found = []
    for customer_id in sorted(customers):
        records = [Record(*row) for row in con.execute(OLDEST_FIRST, [customer_id]).fetchall()]
        found += [Left(record, customer_id) for record in records if record not in erased][:1]
    return tuple(found)


# In the order of which the models make an id of the first one.
OLDEST_FIRST = """
select records.source, records.object, records.source_record_id
from intermediate.int_customers_identified as crosswalk
join intermediate.int_customers_unioned as records using (record_key)
where crosswalk.customer_id = ?
order by first_sync_seq, source, object, source_record_id
"""


def _too_many(count: int, source: str) -> str:
    return (
        f"{source} has no trace left of {count} people whom it had shortly before. So many privacy "
        f"deletions at once are rather a fault, so nobody is erased (at most {MOST_PRIVACY_DELETIONS} are); "
        f"the records count as deleted. If they are meant, run canon forget {source}:ID for each."
    )
