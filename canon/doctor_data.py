"""What lies on this machine: the warehouse, its last sync, its lock, the published copy."""

from collections.abc import Iterator

import duckdb

from canon.errors import CanonError
from canon.findings import FAILED, OK, WARNING, Finding
from canon.journal import RUNNING, SUCCEEDED, utc_now
from canon.lock import LEFTOVER, is_held
from canon.order import open_order
from canon.retention import superseded_days, waiting
from canon.settings import Settings
from canon.storage import Growth, Storage, growth, in_words, measure
from canon.warehouse import connect, first, has_table

# Days after which a pruning is overdue: once a week is often enough.
PATIENCE = 7

AREA, STORAGE = "warehouse", "storage"
NEWEST = "select sync_id, status, started_at, error from ops.sync_runs order by sync_seq desc limit 1"


def data_findings(settings: Settings) -> Iterator[Finding]:
    """Whether the warehouse is there and can be opened, how its last sync went, who holds it."""
    path = settings.warehouse
    yield from _of_lock(settings)
    if not path.is_file():
        yield Finding(AREA, str(path), WARNING, "is not there yet", "Run canon sync.")
        return
    try:
        with connect(path, read_only=True) as con:
            run = first(con, NEWEST) if has_table(con, "ops", "sync_runs") else None
            size, before = measure(con, by_layer=True), growth(con)
            versions = _of_versions(con, settings)
    except CanonError as problem:
        yield Finding(AREA, str(path), FAILED, str(problem), exit_code=problem.exit_code)
        return
    yield Finding(AREA, str(path), OK, "can be opened")
    yield _of_run(run)
    yield _of_copy(settings)
    if open_order(path):
        advice = "Run canon sync: it goes on with it first."
        yield Finding(AREA, "erasure", WARNING, "somebody was to be erased, and that is not finished", advice)
    yield from _of_storage(size, before)
    yield versions


def _of_storage(size: Storage, before: Growth | None) -> Iterator[Finding]:
    layers = ", ".join(f"{name} {in_words(used)}" for name, used in size.layers.items())
    yield Finding(STORAGE, "layers", OK, layers or "empty")
    said = f"{in_words(size.used)} of data, {in_words(size.free)} free inside the file"
    if size.is_worth_compacting:
        yield Finding(
            STORAGE, "file", WARNING, said, "Run canon compact while no sync is due: it gives that back."
        )
    else:
        yield Finding(STORAGE, "file", OK, said)
    if before is not None:
        days = max((utc_now() - before.since).total_seconds() / 86_400, 1)
        more = size.used - before.used
        sign, rate = ("-" if more < 0 else "+"), in_words(round(abs(more) / days))
        said = f"{sign}{in_words(abs(more))} since {before.since:%Y-%m-%d}, {sign}{rate} a day"
        yield Finding(STORAGE, "growth", OK, said)


def _of_versions(con: duckdb.DuckDBPyConnection, settings: Settings) -> Finding:
    """How long the log keeps versions that newer ones have superseded, and whether that is done."""
    days = superseded_days(settings.root)
    if days is None:
        return Finding(STORAGE, "versions", OK, "every version that was read is kept")
    said = f"superseded versions are kept for {days} days"
    if records := waiting(con, settings.root, days + PATIENCE):
        more = f"and {records} records have some that are {PATIENCE} days older, or more"
        advice = "canon prune --dry-run says what would go, canon prune takes it out."
        return Finding(STORAGE, "versions", WARNING, f"{said}, {more}", advice)
    return Finding(STORAGE, "versions", OK, said)


def _of_lock(settings: Settings) -> Iterator[Finding]:
    holder = is_held(settings.warehouse)
    if holder == LEFTOVER:
        advice = "Nothing to do: the next run takes over."
        yield Finding(AREA, "lock", WARNING, "a run ended without a word and left its note", advice)
    elif holder:
        yield Finding(AREA, "lock", WARNING, holder)
    else:
        yield Finding(AREA, "lock", OK, "is free")


def _of_run(run: tuple[object, ...] | None) -> Finding:
    if run is None:
        return Finding(AREA, "last sync", WARNING, "there was none", "Run canon sync.")
    sync_id, status, started_at, error = run
    said = f"{sync_id} {status}, begun {started_at:%Y-%m-%d %H:%M} UTC"
    if status in (SUCCEEDED, RUNNING):
        return Finding(AREA, "last sync", OK, said)
    return Finding(AREA, "last sync", WARNING, f"{said}: {error}", "Nothing is lost; run canon sync again.")


def _of_copy(settings: Settings) -> Finding:
    path = settings.published
    if path.is_file():
        return Finding(AREA, str(path), OK, "is what analysts open")
    return Finding(AREA, str(path), WARNING, "is not published yet", "Run canon sync, or canon publish.")
