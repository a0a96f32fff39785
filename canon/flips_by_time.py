"""When time alone makes another value win: trust decays, a value grows too old, a steward's word expires.

The arithmetic is that of the macros `trust_today`, `may_win` and `answered_records`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from canon.settings import parse_interval

# How far ahead trust is followed, and in which steps: curves may cross more than once.
HORIZON, STEP = timedelta(days=3650), timedelta(days=1)
PRECISION = timedelta(minutes=1)


@dataclass(frozen=True)
class Holder:
    """A system whose record holds a value that changed at a time (naive UTC)."""

    source: str
    value: str | None
    changed_at: datetime | None


def flips_by_time(
    more: Mapping[str, Any],
    now: datetime,
    winner: Holder,
    rivals: Sequence[Holder],
    expires_at: datetime | None,
) -> list[str]:
    """Sentences that each name a time after which another value is canonical, though nobody changed one.

    Args:
        more: The parameters of the field's line of the matrix.
        now: From when on, naive UTC.
        winner: Who has won.
        rivals: Who competes and has lost.
        expires_at: When the steward's decision that holds expires.
    """
    if expires_at:
        return [f"after {_at(expires_at)}, when the steward's decision expires"]
    found = []
    if "max_age" in more and winner.changed_at and winner.value is not None:
        end = winner.changed_at + parse_interval(more["max_age"])
        found.append(f"after {_at(end)}, when {winner.source}'s value is older than {more['max_age']}")
    if "trust" in more:
        found += _decays(more["trust"], now, winner, rivals)
    return found


def _decays(
    trust: Mapping[str, Mapping[str, Any]], now: datetime, winner: Holder, rivals: Sequence[Holder]
) -> list[str]:
    """The first rival that is trusted more, and from when on."""
    crossings = [
        (moment, rival)
        for rival in rivals
        if rival.source in trust and winner.source in trust
        for moment in [_crossing(trust, now, winner, rival)]
        if moment is not None
    ]
    if not crossings:
        return []
    moment, rival = min(crossings, key=lambda each: each[0])
    return [f"after trust decays on {moment:%Y-%m-%d}: then {rival.source}'s {rival.value} is trusted more"]


def _crossing(
    trust: Mapping[str, Mapping[str, Any]], now: datetime, winner: Holder, rival: Holder
) -> datetime | None:
    """The first minute at which a rival's value outranks the winner's; None within the horizon."""

    def outranks(moment: datetime) -> bool:
        ours, theirs = (_claim(trust[each.source], each, moment) for each in (winner, rival))
        return theirs > ours

    before, moment = now, now
    while not outranks(moment):
        before, moment = moment, moment + STEP
        if moment > now + HORIZON:
            return None
    while moment - before > PRECISION:
        middle = before + (moment - before) / 2
        before, moment = (before, middle) if outranks(middle) else (middle, moment)
    return moment


def _claim(trust: Mapping[str, Any], holder: Holder, moment: datetime) -> tuple[int, datetime]:
    """Trust in thousandths, then the clock, which breaks the tie."""
    changed_at = holder.changed_at or datetime(1970, 1, 1)
    least = trust.get("min") or 0
    share = _share_left(trust, max(timedelta(0), moment - changed_at))
    return round(1000 * (least + (trust["max"] - least) * share)), changed_at


def _share_left(trust: Mapping[str, Any], age: timedelta) -> float:
    decay = trust.get("decay") or "none"
    if decay == "none":
        return 1.0
    periods = age / parse_interval(trust["period"])
    return max(0.0, 1 - periods) if decay == "linear" else float(0.5**periods)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
