"""What both machines share: a stage for histories, loads of every kind, and the comparison after each."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dlt
import dlt.load.load
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test

import pipelines
from pipelines.errors import CanonError
from sandbox.client import Sandbox
from tests.histories.copy import Copy, Held
from tests.histories.truth import HubspotTruth, Known, SalesforceTruth, Snapshot

Action = dict[str, Any]


class Killed(BaseException):
    """Stands in for a kill: nothing of ours or dlt's may hold it up."""


# Where a load can be killed: a function, and how often it is called in a small load at most.
KILLS: Mapping[str, tuple[Any, str, int]] = {
    "between two requests": (pipelines, "http.Http.send", 12),
    "between two batches": (pipelines, "log.TableLog.changed", 6),
    "before normalize": (dlt, "Pipeline.normalize", 1),
    "before load": (dlt, "Pipeline.load", 1),
    "before a package is completed": (dlt, "load.load.Load.complete_package", 1),
    "before jobs are completed": (dlt, "load.load.Load.complete_jobs", 2),
}

# Steps between a load that ended well and the next load.
CHANGES = 5


@dataclass
class Stage:
    """One sandbox and one loaded warehouse that every history of a source starts from."""

    source: str
    tables: Mapping[str, str]
    server: Sandbox
    truth: SalesforceTruth | HubspotTruth
    folder: Path
    start: datetime = datetime.min
    snapshot: Snapshot = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def base(self) -> Path:
        """The warehouse that was loaded once."""
        return self.folder / "base" / "canon.duckdb"

    def prepare(self) -> None:
        """Load everything once, at a clock that stands still on a whole second."""
        now = datetime.fromisoformat(self.server.clock()["now"]).replace(tzinfo=None, microsecond=0)
        self.start = now + timedelta(hours=1)
        self.rewind()
        self.snapshot = self.truth.snapshot()
        pipelines.load([self.source], warehouse=self.base, sync_id="sync-1", sync_seq=1)

    def rewind(self) -> None:
        """The sources as they were loaded."""
        self.server.reset()
        self.server.clock(now=self.start.isoformat(), frozen=True)

    def told(self) -> str:
        """How much was tried."""
        steps = self.counted["steps"]
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.counted.items()))
        return f"{self.source}: {steps} steps ({kinds})"


class History(RuleBasedStateMachine):
    """A history of one source, and the log that follows it.

    `known` is the source as the last undisturbed load found it, `seen` all versions that a load found, and
    `excused` the records that may differ until a sweep, because they changed without a trace that a delta
    looks for. `finished` is the clock of the last load that ended well, `earlier` of the one before that,
    and `attempted` of the last one at all.
    """

    overlap: timedelta

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.server = stage.server
        stage.counted["examples"] += 1
        self.folder = stage.folder / f"history-{stage.counted['examples']}"
        self.folder.mkdir()
        self.warehouse = self.folder / "canon.duckdb"
        shutil.copyfile(stage.base, self.warehouse)
        stage.rewind()
        self.copy = Copy(self.warehouse, stage.source)
        self.sync_seq = 1
        self.earlier = self.finished = self.attempted = self.now = stage.start
        stage.counted["steps"] -= 1
        self.known: dict[str, dict[str, Known]] = {name: dict(of) for name, of in stage.snapshot.items()}
        self.seen = {
            (name, key, *known.version) for name, of in stage.snapshot.items() for key, known in of.items()
        }
        self.excused: dict[str, set[str]] = {name: set() for name in stage.tables}
        self.quiet_steps = 0  # since a load that ended well
        self.is_pending = self.was_pending = self.has_failed = False

    def teardown(self) -> None:
        """Every history ends with a delta and a sweep, whatever rules it was made of."""
        try:
            self.server.clear_faults()
            if not self.has_failed:
                self.load("delta")
                self.load("sweep")
        finally:
            shutil.rmtree(self.folder)

    def check_invariants(self, *arguments: Any) -> None:
        """Count the steps: this is called before the first and after each."""
        self.stage.counted["steps"] += 1
        self.quiet_steps += 1
        super().check_invariants(*arguments)

    @property
    def may_load(self) -> bool:
        """Whether enough happened since the last good load: loads are a hundred times slower than changes."""
        return self.quiet_steps > CHANGES

    def change(self, action: str, name: str, record_id: str = "", **more: Any) -> str:
        """Apply a change; one that the server refuses changes nothing. Returns an id."""
        stated = {"system": self.stage.source, "action": action, "object": name, **more}
        try:
            return str(self.server.change(stated | ({"id": record_id} if record_id else {}))["id"])
        except RuntimeError:
            self.stage.counted["refused changes"] += 1
            return ""

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.server.clock(now=self.now.isoformat())

    def pick(self, name: str, place: int, *, deleted: bool = False) -> str:
        """The id of a live (or deleted) record, "" where there is none."""
        stubs = self.stage.truth.stubs(name)
        ids = [record_id for record_id, is_deleted, _ in stubs if is_deleted is deleted]
        return ids[place % len(ids)] if ids else ""

    # Loads

    def load(self, mode: str = "delta") -> None:
        """An undisturbed load; afterwards the log must say what the source says."""
        self.has_failed = True  # until the end of this
        before = self.stage.truth.snapshot()
        held = {name: self.copy.latest(table) for name, table in self.stage.tables.items()}
        settled, was_pending = self.copy.watermarks(), self.is_pending
        modes = self._loaded(mode)
        assert modes is not None, "an undisturbed load failed"
        self.judge(modes, before)
        self.expect(before, {})
        if not was_pending:
            swept = {name for name in held if modes[name] == "sweep"}
            self.expect_counts(swept, before, held, settled)
        self.has_failed = False

    def disturbed_load(self, mode: str, **fault: Any) -> None:
        """A load with a fault or a change planned: it may end well, with an error of ours, or killed."""
        self.has_failed = True  # until the end of this
        before = self.stage.truth.snapshot()
        if fault:
            self.server.fault(**fault)
        modes = self._loaded(mode)
        self.server.clear_faults()
        after = self.stage.truth.snapshot()
        if modes is None:
            self.stage.counted["loads that failed"] += 1
        else:
            self.judge(modes, before)
            moved, shown = moving(before, after), self.unveiled(before, after)
            self.expect(after, {name: moved[name] | shown[name] for name in moved})
        self.has_failed = False

    def _loaded(self, mode: str) -> dict[str, str] | None:
        """The mode in which each object was read in the end, None if the load failed."""
        self.sync_seq += 1
        self.stage.counted[f"loads by {mode}"] += 1
        self.attempted = self.now
        self.held = {
            name: {key: (each.stamp, each.is_deleted) for key, each in self.copy.latest(table).items()}
            for name, table in self.stage.tables.items()
        }
        try:
            done = pipelines.load(
                [self.stage.source],
                warehouse=self.warehouse,
                sync_id=f"sync-{self.sync_seq}",
                sync_seq=self.sync_seq,
                mode=mode,
            )
        except (CanonError, Killed):
            self.is_pending = True
            return None
        self.quiet_steps = 0
        self.was_pending = self.is_pending
        self.earlier, self.finished, self.is_pending = self.finished, self.now, False
        return {extract.object: extract.mode for extract in done.extracts}

    # What must be equal afterwards

    def judge(self, modes: Mapping[str, str], found: Snapshot) -> None:
        """Excuse what this load could not see, and nothing that it had to."""
        raise NotImplementedError

    def expect(self, found: Snapshot, moved: Mapping[str, set[str]]) -> None:
        """Compare the log with the source, record by record."""
        fields = self.copy.fields()
        for name, table in self.stage.tables.items():
            held = self.copy.latest(table)
            free = self.excused[name] | moved.get(name, set())
            wrong = {
                key: said
                for key in sorted(found[name].keys() | held.keys())
                if key not in free and (said := difference(found[name].get(key), held.get(key), fields))
            }
            assert not wrong, f"{name}: {wrong}"
            assert not (tied := self.copy.tied(table)), f"{name}: no version is the newest of {tied}"

    def remember(self, found: Snapshot) -> None:
        """The source as this load found it. A hidden field keeps the value that it had."""
        for name, records in found.items():
            old = self.known[name]
            self.known[name] = {
                key: Known(
                    new.stamp, new.is_deleted, {**(old[key].values if key in old else {}), **new.values}
                )
                for key, new in records.items()
            }
            self.seen |= {(name, key, *known.version) for key, known in records.items()}

    def unveiled(self, before: Snapshot, after: Snapshot) -> dict[str, set[str]]:
        """Ids of records with a value, out of sight until this load began, that no load has found."""
        return {
            name: {
                key
                for key, new in records.items()
                if (old := before[name].get(key))
                and (known := self.known[name].get(key))
                and any(new.values[each] != known.values.get(each) for each in new.values.keys() - old.values)
            }
            for name, records in after.items()
        }

    def is_changed(self, name: str, key: str, new: Known | None) -> bool:
        """Whether a record differs from what the last undisturbed load found."""
        old = self.known[name].get(key)
        if old is None or new is None:
            return old is not new
        return old.version != new.version or any(
            old.values.get(field) != value for field, value in new.values.items()
        )

    def expect_counts(
        self,
        names: set[str],
        found: Snapshot,
        held: Mapping[str, Mapping[str, Held]],
        settled: Mapping[str, datetime],
    ) -> None:
        """A sweep counts source and copy as they were before it repaired anything."""
        rows = self.copy.counts(self.sync_seq)
        assert rows.keys() == names
        for name in names:
            self.stage.counted["counts checked"] += 1
            expected = counted(found[name], held[name], min(settled[name], self._end()))
            assert {key: rows[name][key] for key in expected} == expected, name

    def _end(self) -> datetime:
        """Where a window of now ends: a Date header has whole seconds."""
        return self.now.replace(microsecond=0)


def moving(before: Snapshot, after: Snapshot) -> dict[str, set[str]]:
    """Ids of the records that changed while they were loaded."""
    return {
        name: {
            key
            for key in before[name].keys() | after[name].keys()
            if _is_moving(before[name].get(key), after[name].get(key))
        }
        for name in before
    }


def _is_moving(before: Known | None, after: Known | None) -> bool:
    if before is None or after is None:
        return before is not after
    both = before.values.keys() & after.values.keys()
    return before.version != after.version or any(before.values[each] != after.values[each] for each in both)


def difference(known: Known | None, held: Held | None, fields: Mapping[str, set[str]]) -> str:
    """How the copy of a record differs from the source; "" where it does not."""
    if known is None:
        return "" if held is None or held.is_deleted else "the source does not know it, the log has it live"
    if held is None:
        return f"the log lacks it (stamp {known.stamp})"
    if (held.stamp, held.is_deleted) != known.version:
        return f"the log has {(held.stamp, held.is_deleted)}, the source {known.version}"
    unlike = {
        field: (held.values.get(field), value)
        for field, value in known.values.items()
        if held.values.get(field) != value and not _is_unread(field, held, fields)
    }
    return f"(log, source): {unlike}" if unlike else ""


def _is_unread(field: str, held: Held, fields: Mapping[str, set[str]]) -> bool:
    """Whether the read that brought this version did not have the field."""
    return held.values.get(field) is None and field not in fields[held.extract_id]


def counted(found: Mapping[str, Known], held: Mapping[str, Held], settled: datetime) -> dict[str, int]:
    """What a sweep should count."""
    there = {key for key, known in found.items() if not known.is_deleted}
    copied = {key for key, version in held.items() if not version.is_deleted}
    old = {key for key in there if found[key].stamp < settled}
    return {
        "source_count": len(there),
        "copy_count": len(copied),
        "missing": len(old - copied),
        "surplus": len(copied - found.keys()),
        "stale": sum(found[key].stamp != held[key].stamp for key in old & copied),
    }


@contextmanager
def killed(where: str, nth: int) -> Iterator[None]:
    """Kill what happens inside at the nth call (counted from 1, within what is usual) of a place."""
    package, path, most = KILLS[where]
    *outer, name = path.split(".")
    owner = package
    for part in outer:
        owner = getattr(owner, part)
    real: Callable[..., Any] = getattr(owner, name)
    calls = iter(range(1, 1_000_000))

    def dying(*arguments: Any, **options: Any) -> Any:
        if next(calls) == 1 + (nth - 1) % most:
            raise Killed
        return real(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, dying)
        yield


@contextmanager
def quick() -> Iterator[pytest.MonkeyPatch]:
    """Waits of milliseconds and batches of a few rows, so that small worlds go through all the motions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.http.pause", lambda seconds: time.sleep(min(seconds, 0.01)))
        patch.setattr("pipelines.reading.BATCH", 9)
        yield patch


def play(make: Callable[[], History], *, examples: int, steps: int, seed: int, shrinks: bool) -> None:
    """Play histories; prints the seed that repeats them."""
    chosen = settings(unhurried(examples, shrinks=shrinks), stateful_step_count=steps)
    seeded(seed)(get_state_machine_test(make, settings=chosen))()  # type: ignore[arg-type]


def unhurried(examples: int, *, shrinks: bool = False) -> settings:
    """Settings for examples that take seconds each and of which nothing is kept."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


def seeded(seed: int) -> Callable[[Any], Any]:
    """Hypothesis's own mark of a seed; prints the seed, for it repeats the histories."""
    print(f"CANON_HISTORIES_SEED={seed}")  # noqa: T201
    return hypothesis.seed(seed)


def chosen_seed() -> int:
    """A seed of the environment, or a new one."""
    return int(os.environ.get("CANON_HISTORIES_SEED") or time.time_ns() % 2**32)
