"""What the raw log holds, read without any code of `pipelines/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

# The log's own columns; all others are fields.
OWN = frozenset({"_record_id", "_stamp", "_is_deleted", "_content_hash", "_extract_id", "_sync_seq"})
OWN_OF_DLT = frozenset({"_dlt_load_id", "_dlt_id"})

# At least once: a row may stand twice. Of a record's versions the last sync's is current, of it the newest
# stamp's, and of one stamp the later read's.
LATEST = """
    select distinct on (_record_id) * from {table}
    order by _record_id, _sync_seq desc, _stamp desc nulls last, _extract_id desc
"""
# Versions that no reader of the log could put in an order.
TIED = """
    select _record_id, _sync_seq, _stamp, _extract_id from {table} group by all
    having count(distinct (_content_hash, _is_deleted)) > 1
"""


@dataclass(frozen=True)
class Held:
    """The current version of a record; a field that its read did not have is None."""

    stamp: datetime
    is_deleted: bool
    sync_seq: int
    extract_id: str
    values: Mapping[str, str | None]


class Copy:
    """One raw schema of a warehouse."""

    def __init__(self, warehouse: Path, source: str) -> None:
        self._warehouse = warehouse
        self._schema = f"raw_{source}"

    def latest(self, table: str) -> dict[str, Held]:
        """The current version of every record of an object."""
        return {
            row["_record_id"]: Held(
                row["_stamp"],
                row["_is_deleted"],
                row["_sync_seq"],
                row["_extract_id"],
                {name: value for name, value in row.items() if name not in OWN | OWN_OF_DLT},
            )
            for row in self.rows(LATEST, table)
        }

    def tied(self, table: str) -> list[dict[str, Any]]:
        """Groups of versions of one record of which none is the newest."""
        return self.rows(TIED, table)

    def fields(self) -> dict[str, set[str]]:
        """The (lower-case) fields that each read asked for."""
        rows = self.rows("select extract_id, fields from {table}", "extracts")
        return {row["extract_id"]: set(row["fields"].lower().split(",")) for row in rows}

    def watermarks(self) -> dict[str, datetime]:
        """Up to when each object was read completely, as the journal says."""
        rows = self.rows("select object, max(window_to) as moment from {table} group by object", "extracts")
        return {row["object"]: row["moment"] for row in rows if row["moment"]}

    def counts(self, sync_seq: int) -> dict[str, dict[str, Any]]:
        """What the sweeps of a sync counted, by object."""
        rows = self.rows(f"select distinct * from {{table}} where _sync_seq = {sync_seq}", "counts")
        return {row["object"]: row for row in rows}

    def content(self, table: str) -> list[tuple[Any, ...]]:
        """The current versions without what says when and by which read they came; sorted."""
        kept = OWN - {"_extract_id", "_sync_seq"}
        rows = self.rows(LATEST, table)
        names = sorted(name for name in (rows[0] if rows else {}) if name in kept or not name.startswith("_"))
        return sorted(tuple(str(row[name]) for name in names) for row in rows)

    def rows(self, query: str, table: str) -> list[dict[str, Any]]:
        """Ask about a table (`{table}`); none where it does not exist."""
        with duckdb.connect(str(self._warehouse), read_only=True) as con:
            known = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
            if not con.execute(known, [self._schema, table]).fetchall():
                return []
            relation = con.sql(query.format(table=f"{self._schema}.{table}"))
            found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
            return found
