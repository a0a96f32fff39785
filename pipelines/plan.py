"""What one read of one object is to cover: its mode, its window, its fields, and where to go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pipelines import UNAVAILABLE
from pipelines.errors import CanonError
from pipelines.extract import Extract, Mode, Page, Reader, Request, Run
from pipelines.fields import Field, columns_of
from pipelines.objects import ObjectSpec
from pipelines.window import Window, next_window

# What an object's state holds: the end of the last complete window; where a backfill was left; for what
# follows another object, the last sync all of whose records were looked at; for a history, of what fields.
WATERMARK, BACKFILL, FOLLOWED, TRACKED = "watermark", "backfill", "linked_to_sync", "tracked"
# A backfill that was left longer ago starts again; the results of a bulk job are kept this long, too.
LONGEST_BREAK = timedelta(days=7)
BUDGET_PERIOD = timedelta(hours=24)


@dataclass
class Plan:
    """One read, before its first row. `pages` is not there for a sweep, which looks at the stubs first.

    `deleted` are records that the source lists as deleted, which a window may not show any more.
    """

    spec: ObjectSpec
    request: Request
    extract: Extract
    state: dict[str, Any]
    pages: Iterator[Page] | None
    deleted: Sequence[str] = ()

    @property
    def is_readable(self) -> bool:
        """Whether the source shows the object at all."""
        return bool(self.request.fields)

    def remember(self, position: str) -> None:
        """Where a backfill stands; committed with the rows that came before, whatever happens next."""
        if self.extract.mode == "backfill" and position:
            self.state[BACKFILL] = {
                "end": self.request.window.end.isoformat(),
                "fields": digest((*self.request.fields, *self.spec.tracked)),
                "position": position,
            }


def planned(spec: ObjectSpec, reader: Reader, run: Run, state: dict[str, Any]) -> Plan:
    """Ask for the fields and the clock, settle the window, and start what takes long at the source."""
    fields = reader.fields(spec)
    _know_what_was_spent(reader, run)
    names = tuple(field.name for field in fields if field.is_loaded)
    columns_of(spec.name, names)
    mode, window, position, deleted = _scope(spec, reader, run, state, names)
    extract_id = _extract_id(spec, reader, run)
    if spec.kind == "records":
        run.described[spec.name] = (extract_id, fields)
    request = Request(
        spec=spec,
        fields=names,
        window=window,
        copy=run.log.table(spec.table),
        position=position,
        from_ids=_followed(spec, run, state, mode),
        compared=_compared(spec, run, fields),
    )
    is_history = spec.kind == "history"
    transport = UNAVAILABLE if is_history and not names else reader.transport(spec, mode)
    extract = Extract(
        extract_id, reader.source, spec.name, mode, transport, window, names, is_history=is_history
    )
    plan = Plan(spec, request, extract, state, iter(()), deleted)
    if plan.is_readable:
        plan.pages = None
        if mode != "sweep" or spec.kind != "records":
            reading = reader.read(request)
            plan.pages = reading.pages
            plan.remember(reading.position)
    plan.extract = replace(extract, usage=reader.usage.take())
    return plan


def digest(fields: Sequence[str]) -> str:
    """A short name of a list of fields; a backfill can only go on with the one that it was begun with."""
    return sha256(",".join(sorted(fields)).encode()).hexdigest()[:16]


def _know_what_was_spent(reader: Reader, run: Run) -> None:
    if not run.is_budgeted:
        reader.budget.spent = run.log.calls_since(reader.now() - BUDGET_PERIOD)
        run.is_budgeted = True


def _extract_id(spec: ObjectSpec, reader: Reader, run: Run) -> str:
    """`<sync>.<source>.<object>`, numbered from the second read of an object in one sync on.

    Of two versions that one sync saw, that of the later read counts; so the numbers sort as text.
    """
    name = f"{run.sync.sync_id}.{reader.source}.{spec.name}"
    before = sum(extract.object == spec.name for extract in run.extracts)
    return f"{name}.{before + 1:03d}" if before else name


def _scope(
    spec: ObjectSpec, reader: Reader, run: Run, state: dict[str, Any], names: Sequence[str]
) -> tuple[Mode, Window, str, Sequence[str]]:
    """Mode, window, position and deletions. What follows another object shares its mode and window."""
    if spec.follows:
        parent = next((each for each in run.extracts if each.object == spec.follows), None)
        if parent is None:
            raise CanonError(f"{spec.name} is read after {spec.follows}; load both in one run.")
        return parent.mode, parent.window, "", ()
    watermark = _moment(state.get(WATERMARK))
    if watermark is None or run.sync.mode == "backfill" or _tracks_more(spec, state):
        return ("backfill", *_backfill(reader, state, (*names, *spec.tracked)), ())
    window = next_window(watermark, reader.now(), reader.overlap, reader.lag)
    deleted = _deleted(spec, reader, run, watermark, window, names)
    return ("sweep" if deleted is None else "delta"), window, "", deleted or ()


def _backfill(reader: Reader, state: dict[str, Any], names: Sequence[str]) -> tuple[Window, str]:
    """The window of a backfill, and the position where an earlier one with the same fields was left."""
    window = next_window(None, reader.now(), reader.overlap, reader.lag)
    left = state.get(BACKFILL) or {}
    if left.get("fields") != digest(names):
        return window, ""
    end = datetime.fromisoformat(left["end"])
    return (window, "") if window.end - end > LONGEST_BREAK else (Window(None, None, end), left["position"])


def _deleted(
    spec: ObjectSpec, reader: Reader, run: Run, watermark: datetime, window: Window, names: Sequence[str]
) -> Sequence[str] | None:
    """What the source lists as deleted; None where a window cannot tell enough, so that all is compared.

    That is where fields are new, deletions may have been forgotten, or the source's clock went back so far
    that nobody knows what the last window held.
    """
    if run.sync.mode == "sweep":
        return None
    if spec.kind != "records" or not names:
        return ()
    if _added(spec, run, names) or window.end + reader.overlap < watermark:
        return None
    return reader.deleted(spec, watermark)


def _followed(spec: ObjectSpec, run: Run, state: dict[str, Any], mode: Mode) -> Sequence[str]:
    """The records whose links or history to read: those that came since all were read; else every one.

    Links change without their records' stamp, so what a delta cannot see is read by sweep and backfill. A
    history does not; of a field whose history was not asked for before, every record has one to read.
    """
    if not spec.follows:
        return ()
    is_new = mode == "backfill" or (_tracks_more(spec, state) if spec.kind == "history" else mode == "sweep")
    held = run.log.table(spec.follows).live_since(0 if is_new else state.get(FOLLOWED, 0))
    return list(dict.fromkeys([*run.read_ids.get(spec.follows, ()), *held]))


def _tracks_more(spec: ObjectSpec, state: dict[str, Any]) -> bool:
    """Whether a history is asked for fields that its last complete read was not asked for."""
    return not set(spec.tracked) <= set(state.get(TRACKED, ()))


def _compared(spec: ObjectSpec, run: Run, fields: Sequence[Field]) -> tuple[str, ...]:
    """Fields whose values a sweep compares: those that change without a stamp, and those that are new."""
    added = _added(spec, run, [field.name for field in fields])
    return tuple(
        field.name for field in fields if field.is_loaded and (field.is_calculated or field.name in added)
    )


def _added(spec: ObjectSpec, run: Run, names: Sequence[str]) -> set[str]:
    """Fields that the last complete read did not have: new ones, and ones that had vanished."""
    before = run.log.fields_read(spec.name) if spec.kind == "records" else None
    return set(names) - before if before is not None else set()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
