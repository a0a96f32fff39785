"""Behaviour of the real servers that is not certain, or differs between accounts: one switch each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


@dataclass(frozen=True)
class Switches:
    """How the emulated servers behave where reports about the real ones disagree."""

    # Salesforce
    session_seconds: int = 7200
    """Life of a session since its last use; the org default is two hours."""
    session_life_seconds: int = 0
    """Life of a session since its login, however much it is used; 0 is without end."""
    session_calls: int = 0
    """How many calls a session answers before it ends; 0 is without end."""
    locator_seconds: int = 172_800
    """Life of a query locator; two days are documented, older texts say 900 seconds."""
    locator_error_status: int = 400
    """HTTP status of INVALID_QUERY_LOCATOR."""
    deleted_horizon_days: int = 15
    """How far back getDeleted and getUpdated look; 15 or 30."""
    replication_minimum_seconds: int = 60
    """A shorter getDeleted window is INVALID_REPLICATION_DATE."""
    replication_refuses_old: bool = True
    """Whether a start before the horizon is INVALID_REPLICATION_DATE; else the reply tells of the gap."""
    bulk_datetime: str = "Z"
    """Suffix of datetimes in Bulk CSV: `Z` or `+0000`."""
    bulk_header_every_chunk: bool = True
    """Whether result chunks after the first start with the header row too."""
    bulk_header_without_rows: bool = True
    """Whether the results of a job without rows are a header row, or nothing."""
    bulk_not_ready_status: int = 204
    """Status of the results of an unfinished job: 204, or 400."""
    bulk_integer_suffix: str = ""
    """What follows an int in Bulk CSV; `.0` makes 3 read `3.0`, as some standard fields do."""
    exponent_numbers: bool = False
    """Whether numbers of ten million and more are written like `1.0E7`."""
    stamp_milliseconds: bool = False
    """Whether Salesforce stamps carry milliseconds instead of whole seconds."""
    undelete_bumps: bool = True
    """Whether an undelete moves SystemModstamp."""
    merge_bumps_children: bool = True
    """Whether re-parented children of a merge get a new SystemModstamp."""
    per_app_usage: bool = False
    """Whether Sforce-Limit-Info also carries the per-app usage."""
    salesforce_daily_limit: int = 1_000_000
    """API calls per rolling 24 hours."""
    hidden_fields: tuple[str, ...] = ()
    """`Object.Field` names the integration user may not see; absent from describe and from queries."""
    hidden_objects: tuple[str, ...] = ()
    """Histories that the integration user may not see, by API name."""
    tracked_fields: tuple[str, ...] = (
        *(f"Contact.{name}" for name in ("Phone", *(f"Mailing{part}" for part in ADDRESS), "OwnerId")),
        *(f"Lead.{name}" for name in ("Phone", *ADDRESS, "OwnerId", "Status")),
    )
    """`Object.Field` names with field history; an object without any has no history object."""
    history_days: int = 730
    """How long a row of a field history is kept; 18 to 24 months."""
    hidden_records: tuple[str, ...] = ()
    """Salesforce ids of records that are not shared with the integration user; queries leave them out."""

    # HubSpot
    token_seconds: int = 1800
    """Life of an OAuth access token; the token of a private app does not end with it."""
    private_app_ends: str = ""
    """Moment (ISO, UTC) from which the token of a private app is refused; the dates are hearsay so far."""
    search_max_groups: int = 5
    search_max_filters_per_group: int = 6
    search_max_filters: int = 18
    search_window: int = 10_000
    """offset + limit beyond this is a 400."""
    search_window_message: str = "There was a problem with the request."
    search_unknown_property: str = "error"
    """A filter on an unknown property: `error` (400) or `empty`."""
    search_lag_seconds: float = 0.0
    """How long after its write a record stays out of search results."""
    archive_days: int = 90
    """How long an archived record can be read and restored."""
    restore_after_merge: bool = False
    """Whether a record that lost a merge can be restored."""
    association_bumps: bool = False
    """Whether an association change moves the records' modification stamp."""
    merge_style: str = "new"
    """`new`: a merge makes a record with a new id; `old`: the primary keeps its id."""
    batch_read_follows_merges: bool = True
    """Whether batch read answers an id that was merged away with the merged record."""
    hubspot_daily_limit: int = 625_000
    hubspot_burst_limit: int = 190
    """Calls per ten seconds."""
    hubspot_search_limit: int = 5
    """Search calls per second."""
    enforce_rate_limits: bool = False
    """Whether calls beyond HubSpot's limits get a 429."""
    retry_after: bool = False
    """Whether a 429 carries Retry-After."""

    def changed(self, values: Mapping[str, Any]) -> Switches:
        """Return a copy with other values; raises ValueError for a name or type that does not exist."""
        known = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return replace(self, **{name: _fitting(name, value, known) for name, value in values.items()})


def _fitting(name: str, value: Any, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ValueError(f"There is no switch {name!r}; the switches are {', '.join(sorted(known))}.")
    expected = type(known[name])
    if expected is tuple:
        return tuple(str(entry) for entry in value)
    if expected is bool and not isinstance(value, bool):
        raise ValueError(f"The switch {name!r} is true or false, not {value!r}.")
    return expected(value)
