"""Finding what somebody means: a person by customer id, e-mail address or record, and a record by its id."""

import re
from typing import NamedTuple

import duckdb

from canon.errors import CustomerUnknown, UsageError
from canon.warehouse import first

# A chain of retired ids longer than this is a loop: aliases point to live ids.
ALIAS_HOPS = 20

# Salesforce shows ids of 15 characters in places; the last three of 18 only repeat their letters' case.
SHORT_SALESFORCE_ID = 15


class Record(NamedTuple):
    """A source record; `key` is how the models and the steward's journal write it."""

    source: str
    object: str
    source_record_id: str

    @property
    def key(self) -> str:
        """`system:object:id`; the id may have colons of its own."""
        return ":".join(self)


def find_customer(con: duckdb.DuckDBPyConnection, wanted: str) -> str:
    """The live customer id that `wanted` means.

    Raises:
        CustomerUnknown: Nobody goes by it, or several people do (the message lists their ids).
    """
    text = wanted.strip()
    found = _by_id(con, text)
    if not found and "@" in text:
        found = _by_email(con, text)
    elif not found and ":" in text:
        found = sorted({customer_id for customer_id, _ in records_named(con, text)})
    if len(found) == 1:
        return found[0]
    if found:
        raise CustomerUnknown(
            f"{len(found)} customers go by that: {', '.join(found)}. Ask again with one of these ids."
        )
    raise CustomerUnknown(_nobody(con, text))


def find_record(con: duckdb.DuckDBPyConnection, wanted: str) -> Record:
    """The one source record of a person that `wanted` means: `system:record_id` or `system:object:record_id`.

    Raises:
        UsageError: That is no record's id, or several objects have one of that id.
        CustomerUnknown: Nobody has such a record.
    """
    text = wanted.strip()
    if ":" not in text:
        shown = "An e-mail address" if "@" in text else repr(text)
        raise UsageError(f"{shown} names no record. Give system:record_id or system:object:record_id.")
    found = [record for _, record in records_named(con, text)]
    if len(found) > 1:
        keys = ", ".join(each.key for each in found)
        raise UsageError(f"{len(found)} records go by that: {keys}. Ask again with one of these.")
    if not found:
        raise CustomerUnknown(_nobody(con, text))
    return found[0]


def records_named(con: duckdb.DuckDBPyConnection, text: str) -> list[tuple[str, Record]]:
    """Customers and records that `system:[object:]record_id` means; an id may have colons of its own."""
    system, _, rest = text.partition(":")
    object_name, _, record_id = rest.partition(":")
    found = _records(con, system, rest)
    if not found and record_id:
        found = [each for each in _records(con, system, record_id) if each[1].object == object_name]
    return found


def live_id(con: duckdb.DuckDBPyConnection, customer_id: str) -> str:
    """Follow the aliases of a retired id to the id that lives on."""
    for _ in range(ALIAS_HOPS):
        found = first(
            con, "select customer_id from marts.customer_aliases where old_customer_id = ?", [customer_id]
        )
        if found is None or found[0] == customer_id:
            return customer_id
        customer_id = found[0]
    return customer_id


def _by_id(con: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    customer_id = live_id(con, text)
    return _ids(con, "select customer_id from marts.customers where customer_id = ?", [customer_id])


def _by_email(con: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    """People whose canonical address it is, the living before the deleted; else those with a record of it."""
    canonical = _ids(
        con,
        "select customer_id from marts.customers where lower(email) = lower(?) "
        "qualify is_deleted = min(is_deleted) over () order by customer_id",
        [text],
    )
    return canonical or _ids(
        con,
        "select distinct customer_id from marts.customer_candidates "
        "where lower(email) = lower(?) order by customer_id",
        [text],
    )


def _records(con: duckdb.DuckDBPyConnection, system: str, record_id: str) -> list[tuple[str, Record]]:
    """Records of a system by id, with their customers; Salesforce ids may be given with 15 characters."""
    short = system == "salesforce" and len(record_id) == SHORT_SALESFORCE_ID
    column = f"left(source_record_id, {SHORT_SALESFORCE_ID})" if short else "source_record_id"
    found = con.execute(
        "select customer_id, source, object, source_record_id from marts.customer_sources "
        f"where source = ? and {column} = ? order by object, source_record_id",
        [system, record_id],
    ).fetchall()
    return [(customer_id, Record(*record)) for customer_id, *record in found]


def _ids(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[str]) -> list[str]:
    return [row[0] for row in con.execute(sql, parameters).fetchall()]


def _nobody(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """Why nobody was found, without repeating an e-mail address."""
    if "@" in text:
        return "No customer and no record of one has that e-mail address in the published copy."
    system = re.match(r"([a-z_]+):", text)
    known = _ids(con, "select distinct source from marts.customer_sources order by source", [])
    if system and system[1] not in known:
        return f"There is no system {system[1]!r} in the published copy; known: {', '.join(known) or 'none'}."
    if system:
        return f"No customer has the {system[1]} record {text.split(':', 1)[1]!r} in the published copy."
    return f"There is no customer {text!r}. Give a customer_id, an e-mail address, or system:record_id."
