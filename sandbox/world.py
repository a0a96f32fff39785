"""One emulated pair of CRMs: records, clock, switches, injected faults and the log of requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from sandbox.clock import Clock, hubspot_text
from sandbox.credentials import Credentials
from sandbox.database import Database, quoted
from sandbox.faults import Fault
from sandbox.hubspot.schema import OBJECT_TYPES, table
from sandbox.hubspot.store import HubspotStore
from sandbox.salesforce.history import visible_histories
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.store import SalesforceStore
from sandbox.soql.window import window_hours
from sandbox.switches import Switches

MAX_LOG = 100_000


class World:
    """Everything the two APIs share. Handlers run one at a time under `lock`."""

    def __init__(self, data_dir: Path, credentials: Credentials | None = None) -> None:
        self.data_dir = data_dir
        self.credentials = credentials or Credentials()
        self.lock = threading.RLock()
        self.database = Database()
        self.reset()

    def reset(self) -> None:
        """Load the data folder anew and forget everything that happened since."""
        self.switches = Switches()
        self.faults: list[Fault] = []
        self.log: list[dict[str, Any]] = []
        self.database.close()  # else both worlds would be in memory while the new one is loaded
        self.database = Database()
        self.salesforce = SalesforceStore.load(self.database, self.data_dir / "salesforce")
        self.hubspot = HubspotStore.load(self.database, self.data_dir / "hubspot")
        # The present, so that what is read now is fresh; never before the data.
        self.clock = Clock(max(datetime.now(UTC), self._end_of_data() + timedelta(hours=1)))
        self.metadata_changed = self.clock.now().replace(microsecond=0)

    def visible_schema(self) -> Mapping[str, SObject]:
        """Return the Salesforce objects without the fields that the user may not see, and histories."""
        hidden: dict[str, set[str]] = {}
        for entry in self.switches.hidden_fields:
            name, _, field = entry.partition(".")
            hidden.setdefault(name, set()).add(field.lower())
        visible = {
            name: entry.without(frozenset(hidden[name])) if name in hidden else entry
            for name, entry in self.salesforce.schema.items()
        }
        return visible | visible_histories(self)

    def switch(self, values: Mapping[str, Any]) -> None:
        """Change switches; raises ValueError for an unknown one."""
        before = _metadata_of(self.switches)
        self.switches = self.switches.changed(values)
        if before != _metadata_of(self.switches):
            self.metadata_changed = self.clock.now().replace(microsecond=0) + timedelta(seconds=1)

    def not_modified_since(self, header: str) -> bool:
        """Tell whether the metadata is as old as an If-Modified-Since header says."""
        try:
            return parsedate_to_datetime(header) >= self.metadata_changed
        except (ValueError, TypeError):
            return False

    def batch_times(self) -> dict[str, str]:
        """Return `startedAt` and `completedAt` of a batch reply."""
        now = hubspot_text(self.clock.now())
        return {"startedAt": now, "completedAt": now}

    def matching_faults(self, method: str, path: str, soql: Callable[[], str]) -> tuple[Fault, ...]:
        """Return the rules that fire for a call, and count it for those that look at it."""

        def hours() -> float:
            query = soql()
            return window_hours(query, self.clock.now()) if query else 0.0

        return tuple(fault for fault in self.faults if fault.matches(method, path, hours))

    def record_call(self, entry: dict[str, Any]) -> None:
        """Append to the log of requests."""
        if len(self.log) < MAX_LOG:
            self.log.append({"number": len(self.log) + 1} | entry)

    def _end_of_data(self) -> datetime:
        """Return the latest modification stamp of any record, up to the next full hour."""
        latest = [self.database.value(f"select max(_updated) from {table(name)}") for name in OBJECT_TYPES]
        for sobject in self.salesforce.schema.values():
            for name in ("SystemModstamp", "LastModifiedDate"):
                if sobject.has(name):
                    latest.append(self.database.value(f"select max({quoted(name)}) from {sobject.table}"))
        end = max((stamp for stamp in latest if stamp), default=datetime(2026, 1, 1))
        return end.replace(minute=0, second=0, microsecond=0, tzinfo=UTC) + timedelta(hours=1)


def _metadata_of(switches: Switches) -> tuple[tuple[str, ...], ...]:
    """What of the switches a describe depends on."""
    return switches.hidden_fields, switches.hidden_objects, switches.tracked_fields
