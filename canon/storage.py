"""How large the warehouse is, by layer, how it grows, and when it is worth writing anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from canon.forget import resume
from canon.journal import ensure_journals, utc_now
from canon.lock import run_lock
from canon.rewrite import Rewritten, rewrite
from canon.settings import Settings
from canon.warehouse import all_tables, connect, first, has_table, literal, quoted, require_warehouse

# The row of `ops.storage` that is about the whole file.
FILE = "file"

# A build writes tables anew beside the old ones, so as much free space as data is what the next build needs.
MOST_FREE_SHARE = 0.5
LEAST_WORTH = 256 * 2**20

# How far back growth is looked at.
PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Storage:
    """Bytes of a DuckDB file: what holds data, by schema too, and what is free inside it."""

    used: int
    free: int
    layers: dict[str, int]

    @property
    def is_worth_compacting(self) -> bool:
        """Whether more is free than a build needs."""
        return self.free >= LEAST_WORTH and self.free > MOST_FREE_SHARE * (self.used + self.free)


@dataclass(frozen=True)
class Growth:
    """Bytes of data at an earlier sync."""

    since: datetime
    used: int


def measure(con: duckdb.DuckDBPyConnection, *, by_layer: bool) -> Storage:
    """The sizes of the open file. A block that two schemas share counts for both."""
    found = first(con, "select block_size, used_blocks, free_blocks from pragma_database_size() limit 1")
    assert found is not None, "every database has a size"
    block, used, free = found
    blocks = _blocks(con) if by_layer else {}
    return Storage(used * block, free * block, {name: count * block for name, count in blocks.items()})


def _blocks(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = all_tables(con)
    if not tables:
        return {}
    each = " union all ".join(
        f"select {literal(schema)} as layer, block_id, additional_block_ids "
        f"from pragma_storage_info({literal(f'{quoted(schema)}.{quoted(name)}')}) where persistent"
        for schema, name in tables
    )
    found = con.execute(
        f"with segments as ({each}), blocks as (select layer, block_id from segments union "
        "select layer, unnest(additional_block_ids) from segments) "
        "select layer, count(*) from blocks group by layer order by layer"
    )
    return dict(found.fetchall())


def note(warehouse: Path, sync_id: str, *, by_layer: bool) -> None:
    """Write down the sizes at the end of a sync; by layer where a build may have changed them."""
    with connect(warehouse) as con:
        ensure_journals(con)
        found, now = measure(con, by_layer=by_layer), utc_now()
        rows = [(FILE, found.used, found.free), *((name, used, None) for name, used in found.layers.items())]
        con.executemany(
            "insert into ops.storage (sync_id, layer, used_bytes, free_bytes, measured_at) "
            "values (?, ?, ?, ?, ?)",
            [(sync_id, *row, now) for row in rows],
        )


def growth(con: duckdb.DuckDBPyConnection) -> Growth | None:
    """The earliest size within the last `PERIOD`; None before the second sync."""
    if not has_table(con, "ops", "storage"):
        return None
    found = first(
        con,
        "select measured_at, used_bytes from ops.storage where layer = ? and measured_at >= ? "
        "order by measured_at limit 1",
        [FILE, utc_now() - PERIOD],
    )
    return Growth(*found) if found else None


def compact(settings: Settings) -> Rewritten:
    """Write the warehouse anew, without the free space inside it.

    Raises:
        UsageError: There is no warehouse.
        LockHeld: A run is at work.
        WarehouseUnusable: It could not be written; the file is as it was.
    """
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "compact"):
        resume(settings)
        return rewrite(settings.warehouse)


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.0f} MB"
