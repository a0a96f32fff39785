"""`canon diff`: two states of the canonical tables compared by field: today's, and those of replays."""

from canon.errors import UsageError
from canon.past import MARTS, past_states
from canon.plan_cells import Difference, compared
from canon.settings import Settings
from canon.warehouse import connect, has_table, require_warehouse


def diff(settings: Settings, before: str, after: str = MARTS) -> Difference:
    """What has another value in `after` than in `before`; each the name of a replay's schema, or `marts`.

    Raises:
        UsageError: There is no such state.
    """
    require_warehouse(settings.warehouse)
    with connect(settings.warehouse, read_only=True) as con:
        known = [*past_states(con), *([MARTS] if has_table(con, MARTS, "customers") else [])]
        for name in (before, after):
            if name not in known:
                raise UsageError(
                    f"There is no state {name!r}. States are {', '.join(known) or 'none'}; "
                    "canon build --as-of TIME builds another."
                )
        return compared(con, before, after)
