"""A whole sync: load, build, validate, publish, in one process and under one lock."""

import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from canon.access import note_access
from canon.alerts import tell
from canon.build import BuildReport, build
from canon.draft import Draft, drafted
from canon.erase import erase
from canon.errors import BudgetReached, BuildFailed, CanonError
from canon.hold import losses, note_publication
from canon.journal import Run, journalled, mark_ended, policy_version
from canon.load import load
from canon.lock import run_lock
from canon.metrics import reported
from canon.order import close_order
from canon.policy_file import goes_by_now
from canon.policy_versions import keep_policy
from canon.publish import PublishReport, publish_copy
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.site.pages import SiteReport, publish_site
from canon.state import fingerprint, is_current, keep_state, may_skip_build, read_state, write_state
from canon.validate import CheckResult, validate
from canon.warehouse import connect

if TYPE_CHECKING:
    from canon.checker import Check
    from pipelines import LoadResult

HEALTH_RED = 3


@dataclass(frozen=True)
class SyncReport:
    """What a sync did. `extracts` are dicts of source, object, mode, transport, rows and calls."""

    sync_id: str
    sync_seq: int
    mode: str
    policy_version: str | None
    rows_read: int
    rows_written: int
    extracts: tuple[dict[str, Any], ...]
    build: BuildReport
    checks: tuple[CheckResult, ...]
    published: PublishReport
    site: SiteReport
    seconds: float

    @property
    def is_red(self) -> bool:
        """Whether a critical check did not pass, or what was built was held back."""
        return bool(self.published.held) or any(each.is_red for each in self.checks)

    @property
    def exit_code(self) -> int:
        """0, or 3 when it is red."""
        return HEALTH_RED if self.is_red else 0

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        status = "red" if self.is_red else "green"
        return {"status": "succeeded", "health": status, "exit_code": self.exit_code, **asdict(self)}


def sync(
    settings: Settings,
    *,
    sources: Sequence[str] = (),
    mode: str = "delta",
    full_refresh: bool = False,
    demo: bool = False,
    check: "Check | None" = None,
) -> SyncReport:
    """Load, build, validate and publish; `check` validates elsewhere than in this process.

    When the API budget ends a load early, what arrived is built and published, then BudgetReached is raised.

    Raises:
        LockHeld: Another run is at work.
        CanonError: A step failed; what was published before stands.
    """
    from canon.demo_marks import claim
    from canon.forget import clean, privacy_deletions, resume
    from canon.storage import note

    started = time.monotonic()
    check = check or validate
    no_telemetry()
    with run_lock(settings.warehouse, "sync"), reported(settings), ExitStack() as at_end:
        if not demo:
            claim(settings)
        resume(settings)
        draft = at_end.enter_context(drafted(settings.published, ahead=not full_refresh))
        decided = _decide_anew(settings)
        with journalled(settings.warehouse, mode) as run:
            loaded, stopped = _load(settings, run, sources or settings.sources, check)
            order = privacy_deletions(settings, sources or settings.sources)
            if order:
                erase(settings, order)
            built = _build(settings, run, loaded, full_refresh=full_refresh or order is not None)
            built = _together(decided, built)
            if stopped:
                mark_ended(settings.warehouse, run.sync_id, stopped)  # to the checks too it is no success
            checks = check(settings, run.sync_id)
            tell(settings)
        if stopped:
            mark_ended(settings.warehouse, run.sync_id, stopped)
        if order:
            clean(settings)
        note(settings.warehouse, run.sync_id, by_layer=built.ran)
        published, site = _publish(settings, run, draft, erasing=order is not None)
        if order:
            close_order(settings.warehouse)
        with connect(settings.warehouse, read_only=True) as con:
            version = policy_version(con)
    if loaded is None or stopped:
        raise stopped or AssertionError("a load either returns or stops at the budget")
    return SyncReport(
        sync_id=run.sync_id,
        sync_seq=run.sync_seq,
        mode=run.mode,
        policy_version=version,
        rows_read=sum(each.rows_read for each in loaded.extracts if not each.is_history),
        rows_written=loaded.rows_written,
        extracts=tuple(asdict(each) for each in loaded.extracts),
        build=built,
        checks=checks,
        published=published,
        site=site,
        seconds=round(time.monotonic() - started, 2),
    )


def _decide_anew(settings: Settings) -> BuildReport | None:
    """Under another policy or logic, build before anything is loaded, in a run of its own.

    What changes then has changed because of them; what the load changes afterwards, because of the sources.
    Where something was loaded that no build has taken in yet, the two cannot be told apart any more. A build
    that fails is told by the one after the load: what the sources say is not to be missed for it.
    """
    if not settings.warehouse.is_file():
        return None
    mark = fingerprint(settings)
    with connect(settings.warehouse) as con:
        state = read_state(con)
        if state is None or state.fingerprint == mark or not is_current(con):
            return None
    with suppress(BuildFailed), journalled(settings.warehouse, "build") as run:
        return noted_build(settings, run, mark, full_refresh=False)
    return None


def _together(decided: BuildReport | None, built: BuildReport) -> BuildReport:
    """The report of the build after the load, and of the one before it where there was one."""
    if decided is None:
        return built
    if not built.ran:
        return decided  # the load brought nothing more
    return replace(built, reason=f"{decided.reason}; then {built.reason}")


def _load(
    settings: Settings, run: Run, sources: Sequence[str], check: "Check"
) -> tuple["LoadResult | None", BudgetReached | None]:
    """The load's result, or the reason why it stopped early: what had arrived by then still counts.

    A load that a source makes fail is checked as well: who looks at the health must see it.
    """
    try:
        loaded = load(settings, run, sources)
    except BudgetReached as stop:
        note_access(settings, run, sources, stop)
        return None, stop
    except CanonError as problem:
        if problem.source:
            note_access(settings, run, sources, problem)
            _check_failed(settings, run, problem, check)
        raise
    note_access(settings, run, sources)
    return loaded, None


def _check_failed(settings: Settings, run: Run, problem: CanonError, check: "Check") -> None:
    """Run the checks on what there is after a load that failed; they hide no failure with their own."""
    mark_ended(settings.warehouse, run.sync_id, problem)
    with connect(settings.warehouse, read_only=True) as con:
        was_built = read_state(con) is not None
    if was_built:
        with suppress(CanonError):
            check(settings, run.sync_id)
            tell(settings)


def _build(settings: Settings, run: Run, loaded: "LoadResult | None", *, full_refresh: bool) -> BuildReport:
    """Build, unless nothing that a build depends on has changed since the last one."""
    mark = fingerprint(settings)
    with connect(settings.warehouse) as con:
        may_skip = (
            loaded is not None and not loaded.is_news and not full_refresh and not goes_by_now(settings.root)
        )
        if may_skip and may_skip_build(con, run, mark):
            keep_state(con, run.sync_seq)
            return BuildReport(False, "nothing new was loaded, and neither policy nor models changed")
    return noted_build(settings, run, mark, full_refresh=full_refresh)


def noted_build(settings: Settings, run: Run, mark: str, *, full_refresh: bool) -> BuildReport:
    """A build, and the note of what it was made of (`mark`, see canon.state.fingerprint)."""
    report = build(settings, run.sync_id, mark, full_refresh=full_refresh)
    with connect(settings.warehouse) as con:
        write_state(con, run.sync_id, mark, run.sync_seq)
        keep_policy(con, settings.root)
    return report


def _publish(
    settings: Settings, run: Run, draft: Draft, *, erasing: bool
) -> tuple[PublishReport, SiteReport]:
    try:
        return publish(settings, erasing=erasing, draft=draft)
    except CanonError as problem:
        mark_ended(settings.warehouse, run.sync_id, problem)
        raise


def publish(
    settings: Settings, *, accept: str | None = None, erasing: bool = False, draft: Draft | None = None
) -> tuple[PublishReport, SiteReport]:
    """Publish the copy, then the pages drawn from it. The caller holds the lock.

    Args:
        settings: Where everything is.
        accept: Why a loss that holds the publish back is right.
        erasing: Somebody was erased, and must not stay in the copy, whatever else was lost.
        draft: One of the copy that was begun already.
    """
    found = losses(settings.warehouse) if settings.published.is_file() else ()
    if found and accept is None and not erasing:
        size = settings.published.stat().st_size
        return PublishReport(settings.published, "held", 0, size, found), SiteReport(settings.site, ())
    copy = publish_copy(settings.warehouse, settings.published, draft)
    note_publication(settings.warehouse, accept if found else None)
    return copy, publish_site(settings)
