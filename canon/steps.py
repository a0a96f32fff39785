"""The steps of a sync one by one: `canon load`, `build`, `validate` and `publish`. Each holds the lock."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from canon.alerts import tell
from canon.build import BuildReport
from canon.demo_marks import claim
from canon.forget import resume
from canon.journal import fail_interrupted, journalled, last_sync_id
from canon.load import load
from canon.lock import run_lock
from canon.publish import PublishReport
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.site.pages import SiteReport
from canon.state import fingerprint
from canon.sync import noted_build, publish
from canon.validate import CheckResult, validate
from canon.warehouse import connect, require_warehouse

if TYPE_CHECKING:
    from pipelines import LoadResult


def load_only(settings: Settings, sources: Sequence[str], mode: str) -> "LoadResult":
    """Pull the sources into the raw log, as a run of its own; nothing is built."""
    no_telemetry()
    with run_lock(settings.warehouse, "load"):
        claim(settings)
        resume(settings)
        with journalled(settings.warehouse, mode) as run:
            return load(settings, run, sources or settings.sources)


def build_only(settings: Settings, *, full_refresh: bool) -> BuildReport:
    """Build what the log holds, as a run of its own; nothing is published."""
    no_telemetry()
    with run_lock(settings.warehouse, "build"):
        resume(settings)
        mark = fingerprint(settings)
        with journalled(settings.warehouse, "build") as run:
            return noted_build(settings, run, mark, full_refresh=full_refresh)


def validate_only(settings: Settings) -> tuple[CheckResult, ...]:
    """Check what was built; the results belong to the newest run."""
    no_telemetry()
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "validate"):
        with connect(settings.warehouse) as con:
            fail_interrupted(con)  # a run that is `running` is the one that validates
            sync_id = last_sync_id(con)
        checks = validate(settings, sync_id)
        tell(settings)
        return checks


def publish_only(settings: Settings, accept: str | None = None) -> tuple[PublishReport, SiteReport]:
    """Publish what was built, and its pages; `accept`: why a loss that holds it back is right."""
    no_telemetry()
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "publish"):
        resume(settings)
        return publish(settings, accept=accept)
