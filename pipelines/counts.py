"""What a sweep counted: a row of the `counts` log per object."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa

COUNTS = pa.schema(
    [
        ("_record_id", pa.string()),
        ("object", pa.string()),
        ("source_count", pa.int64()),
        ("copy_count", pa.int64()),
        ("missing", pa.int64()),
        ("surplus", pa.int64()),
        ("stale", pa.int64()),
        ("_extract_id", pa.string()),
        ("_sync_seq", pa.int64()),
        ("counted_at", pa.timestamp("us")),
    ]
)


def count_row(
    object_name: str,
    found: Mapping[str, int],
    surplus: int,
    *,
    extract_id: str,
    sync_seq: int,
    counted_at: datetime,
) -> dict[str, object]:
    """One row of the log.

    Args:
        object_name: the object's API name.
        found: `source_count` and `copy_count` (live records), `missing` and `stale` ones, as counted before
            anything was repaired.
        surplus: live records of the copy that the source does not have.
        extract_id: the read that counted.
        sync_seq: its sync.
        counted_at: the source's clock.
    """
    return {
        "_record_id": object_name,
        "object": object_name,
        **found,
        "surplus": surplus,
        "_extract_id": extract_id,
        "_sync_seq": sync_seq,
        "counted_at": counted_at,
    }


def counts_table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as the log keeps them."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=COUNTS)
