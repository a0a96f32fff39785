"""What an action states, read from its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world import World

Action = Mapping[str, Any]
Verb = Callable[["World", Action], dict[str, Any]]

LOSERS = ("loser_ids", "loser_id", "losers", "loser", "merge_ids", "objectIdToMerge")


def values_of(action: Action) -> dict[str, Any]:
    """Return the values that a record is to have."""
    return dict(action.get("values") or action.get("properties") or {})


def ids_of(action: Action, *names: str) -> list[str]:
    """Return ids given one by one or as a list, under any of the names, also inside `values`."""
    found: list[str] = []
    for name in names:
        stated = action.get(name, (action.get("values") or {}).get(name))
        if stated:
            found += [str(entry) for entry in (stated if isinstance(stated, list) else [stated])]
    return found


def moment_of(action: Action, name: str) -> datetime | None:
    """Return an ISO moment as aware UTC, None when it is not stated; raises ValueError for another text."""
    if not action.get(name):
        return None
    moment = datetime.fromisoformat(str(action[name]))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
