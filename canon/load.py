"""The first step: what the sources hold, into the raw log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from canon.credentials import note_credentials
from canon.held import known_again, take_in
from canon.journal import Run
from canon.output import messages, stdout_to_stderr, step
from canon.policy_file import tracked
from canon.settings import Settings
from pipelines import UNAVAILABLE

if TYPE_CHECKING:
    from pipelines import LoadResult
    from pipelines.extract import Progress


def load(settings: Settings, run: Run, sources: Sequence[str]) -> "LoadResult":
    """Pull the sources into the raw log, under an open run.

    Raises:
        ConfigurationError: A setting of a source is missing or was refused.
        SourceUnavailable: A source did not answer; what was complete before is kept.
        BudgetReached: The daily share of API calls is spent; the next run resumes.
    """
    import pipelines

    with step(f"Loading {' and '.join(sources)}") as say, stdout_to_stderr():
        loaded = pipelines.load(
            sources,
            warehouse=settings.warehouse,
            sync_id=run.sync_id,
            sync_seq=run.sync_seq,
            mode=run.mode,
            progress=lambda progress: say(_words(progress)),
            tracked=tracked(settings.root),
            erasure=known_again(settings),
        )
    take_in(settings)
    note_credentials(settings, sources)
    _tell_of_missing_histories(loaded)
    return loaded


def _tell_of_missing_histories(loaded: "LoadResult") -> None:
    """Say which histories the policy asks for and a source does not show; the log's own clocks stand in."""
    missing = [f"{each.source} {each.object}" for each in loaded.extracts if each.transport == UNAVAILABLE]
    if missing:
        messages.print(
            f"No field history: {', '.join(missing)} cannot be queried (tracking is off, or Canon's user may "
            "not see it). Changes are dated by Canon's own log."
        )


def _words(progress: "Progress") -> str:
    """How far the read of an object has come, in a few words."""
    return f"{progress.source} {progress.object}: {progress.rows_read} read, {progress.rows_written} new"
