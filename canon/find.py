"""Finding the person that somebody means: a customer id, an e-mail address, or `system:record_id`."""

import re

import duckdb

from canon.errors import CustomerUnknown
from canon.warehouse import first

# A chain of retired ids longer than this is a loop: aliases point to live ids.
ALIAS_HOPS = 20

# Salesforce shows ids of 15 characters in places; the last three of 18 only repeat their letters' case.
SHORT_SALESFORCE_ID = 15


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
        found = _by_record(con, *text.split(":", 1))
    if len(found) == 1:
        return found[0]
    if found:
        raise CustomerUnknown(
            f"{len(found)} customers go by that: {', '.join(found)}. Ask again with one of these ids."
        )
    raise CustomerUnknown(_nobody(con, text))


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


def _by_record(con: duckdb.DuckDBPyConnection, system: str, record_id: str) -> list[str]:
    """The person that a source record belongs to; Salesforce ids may be given with 15 characters."""
    short = system == "salesforce" and len(record_id) == SHORT_SALESFORCE_ID
    column = f"left(source_record_id, {SHORT_SALESFORCE_ID})" if short else "source_record_id"
    return _ids(
        con,
        "select distinct customer_id from marts.customer_sources "
        f"where source = ? and {column} = ? order by customer_id",
        [system, record_id],
    )


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
