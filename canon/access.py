"""Whether each source let Canon in, kept per sync: a load that is refused builds nothing that could tell."""

from collections.abc import Sequence

from canon.errors import BudgetReached, CanonError, ConfigurationError
from canon.journal import Run, ensure_journals, utc_now
from canon.settings import Settings
from canon.warehouse import connect

OK, REFUSED, UNAVAILABLE = "ok", "refused", "unavailable"


def note_access(
    settings: Settings, run: Run, sources: Sequence[str], problem: CanonError | None = None
) -> None:
    """Keep that these sources were read, or that the one which a problem is about was not."""
    if problem is not None and not isinstance(problem, BudgetReached):
        sources = [problem.source]
    outcome = OK if problem is None or isinstance(problem, BudgetReached) else _outcome(problem)
    with connect(settings.warehouse) as con:
        ensure_journals(con)
        for source in sources:
            con.execute(
                "insert into ops.source_access values (?, ?, ?, ?)", [run.sync_id, source, outcome, utc_now()]
            )


def _outcome(problem: CanonError) -> str:
    return REFUSED if isinstance(problem, ConfigurationError) else UNAVAILABLE
