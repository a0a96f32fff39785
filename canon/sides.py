"""The two sides of a comparison: which customer, and which of its records, a name means."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from canon.find import Record, find_customer, records_named
from canon.warehouse import rows


@dataclass(frozen=True)
class Member:
    """A source record of a customer."""

    source: str
    object: str
    source_record_id: str
    is_deleted: bool

    @property
    def record(self) -> Record:
        """Its id."""
        return Record(self.source, self.object, self.source_record_id)


@dataclass(frozen=True)
class Side:
    """What was asked about: the customer, and those of its records that were meant."""

    customer_id: str
    records: tuple[Member, ...]

    @property
    def ids(self) -> set[Record]:
        """The ids of its records."""
        return {each.record for each in self.records}


def side_of(con: duckdb.DuckDBPyConnection, wanted: str) -> tuple[Side, Side]:
    """The customer that a name means with its records that are meant, and with all of its records.

    A record means itself, an e-mail address the records that have it, a retired id those that it had.

    Raises:
        CustomerUnknown: Nobody goes by it, or several people do.
    """
    text = wanted.strip()
    side = _whole(con, find_customer(con, text))
    if text == side.customer_id:
        return side, side
    meant = set(_meant(con, text, side.customer_id))
    chosen = tuple(each for each in side.records if each.record in meant)
    return Side(side.customer_id, chosen) if chosen else side, side


def _whole(con: duckdb.DuckDBPyConnection, customer_id: str) -> Side:
    """A customer with all of its records."""
    found = con.execute(
        "select source, object, source_record_id, is_deleted from marts.customer_sources "
        "where customer_id = ? order by source, object, source_record_id",
        [customer_id],
    ).fetchall()
    return Side(customer_id, tuple(Member(*each) for each in found))


def _meant(con: duckdb.DuckDBPyConnection, text: str, customer_id: str) -> Iterable[Record]:
    if ":" in text:
        return [record for _, record in records_named(con, text)]
    return _with_address(con, text, customer_id) if "@" in text else _once_of(con, text)


def _with_address(con: duckdb.DuckDBPyConnection, address: str, customer_id: str) -> list[Record]:
    found = con.execute(
        "select source, object, source_record_id from marts.customer_candidates "
        "where customer_id = ? and lower(email) = lower(?)",
        [customer_id, address],
    ).fetchall()
    return [Record(*each) for each in found]


def _once_of(con: duckdb.DuckDBPyConnection, retired_id: str) -> list[Record]:
    """The records of a retired id in its last version; empty where the snapshot does not tell."""
    found = rows(
        con,
        "select * from snapshots.customers_snapshot where customer_id = ? "
        "order by dbt_valid_from desc limit 1",
        [retired_id],
    )
    keys = [key for version in found for key in (version.get("members") or "").split(" ")]
    return [Record(*key.split(":", 2)) for key in keys if key.count(":") > 1]
