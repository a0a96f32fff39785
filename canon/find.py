"""Finding what somebody means: a person, company or deal by id, record, address or domain."""

import re
from typing import NamedTuple

import duckdb

from canon.errors import CustomerUnknown, UsageError
from canon.warehouse import first, has_table

PLURALS = {"customer": "customers", "company": "companies", "deal": "deals"}

# The field by which people know one of them, beside its id and its records.
KNOWN_BY = {"customer": ("@", "email"), "company": (".", "domain")}

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


class Subject(NamedTuple):
    """A customer, company or deal. Its tables are named after its `entity`."""

    entity: str
    entity_id: str

    @property
    def table(self) -> str:
        """The mart that has it."""
        return f"marts.{PLURALS[self.entity]}"


def find_subject(con: duckdb.DuckDBPyConnection, wanted: str) -> Subject:
    """Whom or what `wanted` means: a person, or else the company or deal that goes by it.

    Args:
        con: The published copy.
        wanted: An id, e-mail address, domain or `system:record_id`; `company:` or `deal:` says of which.

    Raises:
        CustomerUnknown: Nobody and nothing goes by it, or several do (the message lists their ids).
    """
    entity, text = named_entity(wanted)
    if entity != "customer":
        return Subject(entity, find_id(con, entity, text))
    others = [each for each in PLURALS if each == entity or has_table(con, "marts", f"{each}_sources")]
    found = next((each for each in others if _ids_of(con, each, text)), entity)
    return Subject(found, find_id(con, found, text))


def named_entity(wanted: str) -> tuple[str, str]:
    """`company:` and `deal:` before what somebody wants, else a customer; and the rest."""
    text = wanted.strip()
    entity, _, rest = text.partition(":")
    return (entity, rest.strip()) if entity in PLURALS and rest.strip() else ("customer", text)


def find_customer(con: duckdb.DuckDBPyConnection, wanted: str) -> str:
    """The live customer id that `wanted` means.

    Raises:
        CustomerUnknown: Nobody goes by it, or several people do (the message lists their ids).
    """
    return find_id(con, "customer", wanted)


def find_id(con: duckdb.DuckDBPyConnection, entity: str, wanted: str) -> str:
    """The live id of the customer, company or deal that `wanted` means.

    Raises:
        CustomerUnknown: None goes by it, or several do (the message lists their ids).
    """
    text = wanted.strip()
    found = _ids_of(con, entity, text)
    if len(found) == 1:
        return found[0]
    if found:
        raise CustomerUnknown(
            f"{len(found)} {PLURALS[entity]} go by that: {', '.join(found)}. Ask again with one of these ids."
        )
    raise CustomerUnknown(_nobody(con, entity, text))


def _ids_of(con: duckdb.DuckDBPyConnection, entity: str, text: str) -> list[str]:
    found = _by_id(con, entity, text)
    sign, field = KNOWN_BY.get(entity, ("", ""))
    if not found and sign and sign in text and ":" not in text:
        return _by_field(con, entity, field, text)
    if not found and ":" in text:
        return sorted({entity_id for entity_id, _ in records_named(con, text, entity)})
    return found


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
        raise CustomerUnknown(_nobody(con, "customer", text))
    return found[0]


def records_named(
    con: duckdb.DuckDBPyConnection, text: str, entity: str = "customer"
) -> list[tuple[str, Record]]:
    """Ids and records that `system:[object:]record_id` means; a record's id may have colons of its own."""
    system, _, rest = text.partition(":")
    object_name, _, record_id = rest.partition(":")
    found = _records(con, entity, system, rest)
    if not found and record_id:
        found = [each for each in _records(con, entity, system, record_id) if each[1].object == object_name]
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


def _by_id(con: duckdb.DuckDBPyConnection, entity: str, text: str) -> list[str]:
    live = live_id(con, text) if entity == "customer" else text
    return _ids(con, f"select {entity}_id from marts.{PLURALS[entity]} where {entity}_id = ?", [live])


def _by_field(con: duckdb.DuckDBPyConnection, entity: str, field: str, text: str) -> list[str]:
    """Those whose canonical address it is, the living before the deleted; else those with a record of it."""
    canonical = _ids(
        con,
        f"select {entity}_id from marts.{PLURALS[entity]} where lower({field}) = lower(?) "
        f"qualify is_deleted = min(is_deleted) over () order by {entity}_id",
        [text],
    )
    return canonical or _ids(
        con,
        f"select distinct {entity}_id from marts.{entity}_candidates "
        f"where lower({field}) = lower(?) order by {entity}_id",
        [text],
    )


def _records(
    con: duckdb.DuckDBPyConnection, entity: str, system: str, record_id: str
) -> list[tuple[str, Record]]:
    """Records of a system by id, with whose they are; Salesforce ids may be given with 15 characters."""
    short = system == "salesforce" and len(record_id) == SHORT_SALESFORCE_ID
    column = f"left(source_record_id, {SHORT_SALESFORCE_ID})" if short else "source_record_id"
    found = con.execute(
        f"select {entity}_id, source, object, source_record_id from marts.{entity}_sources "
        f"where source = ? and {column} = ? order by object, source_record_id",
        [system, record_id],
    ).fetchall()
    return [(entity_id, Record(*record)) for entity_id, *record in found]


def _ids(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[str]) -> list[str]:
    return [row[0] for row in con.execute(sql, parameters).fetchall()]


def _nobody(con: duckdb.DuckDBPyConnection, entity: str, text: str) -> str:
    """Why nobody was found, without repeating an e-mail address."""
    if "@" in text:
        return f"No {entity} and no record of one has that e-mail address in the published copy."
    system = re.match(r"([a-z_]+):", text)
    known = _ids(con, f"select distinct source from marts.{entity}_sources order by source", [])
    if system and system[1] not in known:
        return f"There is no system {system[1]!r} in the published copy; known: {', '.join(known) or 'none'}."
    if system:
        return f"No {entity} has the {system[1]} record {text.split(':', 1)[1]!r} in the published copy."
    more = {"customer": "an e-mail address, ", "company": "a domain, "}.get(entity, "")
    return f"There is no {entity} {text!r}. Give a {entity}_id, {more}or system:record_id."
