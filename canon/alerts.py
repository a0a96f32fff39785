"""Telling people of incidents: once when one opens, once when it is over, whatever dies in between.

`ops.incidents` says what is to be told, `ops.alerts` what has been: whatever a run did not get to tell, the
next one does. A channel that does not take an alert never fails a run; it is asked again by the next one.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from canon.channels import Channel, read_channels
from canon.errors import CanonError
from canon.journal import ensure_journals, utc_now
from canon.output import messages
from canon.settings import Settings
from canon.warehouse import connect, rows

OPENED, CLOSED, ENABLED = "opened", "closed", "enabled"


@dataclass(frozen=True)
class Alert:
    """One message: `event` is opened or closed, `kind` what the services colour it by."""

    incident_id: str
    event: str
    title: str
    text: str
    kind: str


def tell(settings: Settings) -> None:
    """Tell every channel of the incidents that it has not been told of. The caller holds the lock."""
    try:
        channels = read_channels(settings.root)
    except CanonError as problem:
        _complain(f"Nobody is told of incidents: {problem}")
        return
    if not channels:
        return
    with connect(settings.warehouse) as con:
        ensure_journals(con)
        for channel in channels:
            _enable(con, channel)
            _tell(con, channel, [_alert(row, settings.page("runbooks")) for row in _untold(con, channel)])


def _tell(con: duckdb.DuckDBPyConnection, channel: Channel, alerts: list[Alert]) -> None:
    for alert in alerts:
        try:
            refusal = channel.send(alert.title, alert.text, alert.kind)
        except CanonError as problem:
            refusal = str(problem)
        except Exception as problem:  # a service's own code: its failure is no reason to fail a sync
            refusal = type(problem).__name__
        if refusal:
            _complain(
                f"The channel {channel.name} did not take an alert ({refusal}); the next run tries again."
            )
            return
        _note(con, alert.incident_id, channel, alert.event)


def _complain(text: str) -> None:
    messages.print(text, style="yellow", markup=False)


def _note(con: duckdb.DuckDBPyConnection, incident_id: str, channel: Channel, event: str) -> None:
    con.execute(
        "insert into ops.alerts by name select ? as incident_id, ? as channel, ? as event, ? as told_at",
        [incident_id, channel.name, event, utc_now()],
    )


def _enable(con: duckdb.DuckDBPyConnection, channel: Channel) -> None:
    """Note since when a channel is told: what was over by then is history and no news."""
    known = "select 1 from ops.alerts where event = ? and incident_id = ? and channel = ?"
    if not rows(con, known, [ENABLED, channel.level, channel.name]):
        _note(con, channel.level, channel, ENABLED)


def _untold(con: duckdb.DuckDBPyConnection, channel: Channel) -> list[dict[str, Any]]:
    """Open incidents that a channel was not told of, and ended ones of whose beginning it was to hear."""
    return rows(con, UNTOLD, {"channel": channel.name, "level": channel.level})


UNTOLD = """
with told as (
    select incident_id, event, told_at from ops.alerts where channel = $channel
)
select incidents.*
from ops.incidents as incidents
left join told as opened on opened.incident_id = incidents.incident_id and opened.event = 'opened'
left join told as closed on closed.incident_id = incidents.incident_id and closed.event = 'closed'
where
    (incidents.severity = 'critical' or $level = 'warning')
    and case
        when incidents.closed_at is null then opened.told_at is null
        else closed.told_at is null and (
            opened.told_at is not null
            or incidents.opened_at >= (
                select min(told_at) from told where event = 'enabled' and incident_id = $level
            )
        )
    end
order by incidents.opened_at, incidents.check_name
"""


def _alert(incident: dict[str, Any], runbooks: str) -> Alert:
    """An incident in words: names of checks, systems and counts, nobody's data."""
    name, closed_at = incident["check_name"], incident["closed_at"]
    if closed_at is None:
        title, kind = f"{incident['severity'].capitalize()}: {name}", _kind(incident["severity"])
        ending = [f"What to do: {runbooks}#{anchor(name)}"]
    else:
        how = "it passes" if incident["closed_because"] == "passed" else "it is not checked any more"
        title, kind = f"Over: {name}", "success"
        ending = [f"Over since: {_moment(closed_at)} ({how})"]
    text = [
        f"Seen: {incident['observed']}",
        f"Allowed: {incident['threshold']}",
        f"Severity: {incident['severity']}",
        f"Red since: {_moment(incident['opened_at'])}",
        *ending,
    ]
    return Alert(incident["incident_id"], CLOSED if closed_at else OPENED, title, "\n".join(text), kind)


def _kind(severity: str) -> str:
    return "failure" if severity == "critical" else "warning"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


def anchor(check_name: str) -> str:
    """The place of a check on the page of runbooks."""
    return re.sub(r"[^a-z0-9]+", "-", check_name.lower()).strip("-")
