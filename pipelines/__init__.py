"""The loaders: from the sources to the append-only raw log. The only code that talks to a source."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.extract import Progress, Tracked
    from pipelines.forgotten import Erasure

# dlt settles this while it is imported, which every module of this package waits with until here. It reports
# to its makers by default; whoever wants that can still say so in the environment.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

SOURCES = ("salesforce", "hubspot", "product")
MODES = ("delta", "sweep", "backfill")
UNAVAILABLE = "unavailable"  # transport of a history that the source does not show


def secret(source: str) -> str | None:
    """The secret that a source is read with, as configured; None where it asks for none.

    Raises:
        ConfigurationError: a setting of the source is missing or unusable.
    """
    found: str | None = import_module(f"pipelines.{source}").secret()
    return found


@dataclass(frozen=True)
class ExtractSummary:
    """What came of reading one object."""

    source: str
    object: str
    mode: str
    transport: str
    rows_read: int
    rows_written: int
    api_calls: int
    is_history: bool = False


@dataclass(frozen=True)
class LoadResult:
    """What a load did, in the order in which it was done."""

    extracts: tuple[ExtractSummary, ...]

    @property
    def rows_written(self) -> int:
        """New versions of records in the log."""
        return sum(extract.rows_written for extract in self.extracts if not extract.is_history)

    @property
    def is_news(self) -> bool:
        """Whether the log has anything that it had not before."""
        return any(extract.rows_written for extract in self.extracts)


def load(
    sources: Sequence[str],
    *,
    warehouse: Path,
    sync_id: str,
    sync_seq: int,
    mode: str = "delta",
    progress: "Callable[[Progress], None] | None" = None,
    tracked: "Tracked | None" = None,
    erasure: "Erasure | None" = None,
) -> LoadResult:
    """Append what is new at the sources to the raw log.

    Args:
        sources: names out of `SOURCES`, loaded one after the other.
        warehouse: path of the DuckDB file; dlt's working files go to `.dlt_work` beside it.
        sync_id: the sync that the rows belong to.
        sync_seq: its number; higher than that of every sync before.
        mode: `delta` reads what changed since the last load (everything, where there was none); `sweep`
            compares every record's id, stamp and calculated fields with the log, repairs what differs and
            counts it; `backfill` reads everything again, going on where an earlier one stopped. None of them
            writes a version that the log holds as current.
        progress: called now and then with how far the read of an object has come.
        tracked: source -> object -> fields whose own history at the source is loaded too.
        erasure: how people whom the warehouse has erased are known again; what comes of them is dropped.

    Raises:
        ConfigurationError: a setting is missing or refused, or an argument is not known.
        SourceUnavailable: a source could not be read to the end; the others were, and what came is kept.
        BudgetReached: a source's daily allowance, or Canon's share of it, is used up; what came is kept.
    """
    if unknown := [name for name in sources if name not in SOURCES]:
        raise ConfigurationError(
            f"There is no source {', '.join(unknown)}; the sources are {', '.join(SOURCES)}."
        )
    if mode not in MODES:
        raise ConfigurationError(f"There is no mode {mode}; the modes of a load are {', '.join(MODES)}.")
    # dlt takes a second to import, which `canon --help` should not pay.
    from pipelines.engine import load_sources
    from pipelines.extract import Sync
    from pipelines.forgotten import Erasure

    report = progress or (lambda _: None)
    sync = Sync(sync_id, sync_seq, mode, report, tracked or {}, erasure or Erasure())
    return LoadResult(
        tuple(
            ExtractSummary(
                extract.source,
                extract.object,
                extract.mode,
                extract.transport,
                extract.rows_read,
                extract.rows_written,
                extract.usage.calls,
                extract.is_history,
            )
            for extract in load_sources(sources, sync, warehouse)
        )
    )
