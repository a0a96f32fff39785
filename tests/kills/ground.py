"""What loads are killed on: a sandbox, and for each source a log that is killed and one that is not."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.client import Sandbox
from tests.histories.copy import Copy
from tests.kills.orders import Kill, Runner, spread

TABLES = {
    "salesforce": ("user", "account", "contact", "lead", "opportunity", "opportunity_contact_role"),
    "hubspot": ("contacts", "companies", "deals", "owners", "pipelines", "contacts_companies"),
}
NORMALIZED = "dlt.common.storages.load_storage:LoadStorage.commit_new_load_package"
COPIED = "dlt.destinations.impl.duckdb.duck:DuckDbCopyJob.run"
STATED = "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load"
# No waiting for HubSpot's rates, which are not enforced here.
UNPACED = {"pipelines.hubspot.pace:SEARCHES": (1000, 1.0), "pipelines.hubspot.pace:BURST": (10_000, 10.0)}


@dataclass
class Ground:
    """A sandbox, the runner, and two logs of each source: one that is killed again and again, one not."""

    server: Sandbox
    runner: Runner
    folder: Path
    now: datetime
    syncs: int = 1
    changes: int = 0
    killed: list[str] = field(default_factory=list)

    def warehouse(self, which: str, source: str) -> Path:
        return self.folder / which / source / "canon.duckdb"

    def order(self, which: str, source: str, **more: Any) -> dict[str, Any]:
        """The next load into one of the two logs."""
        self.syncs += 1
        place = {"sources": [source], "warehouse": str(self.warehouse(which, source)), "sync_seq": self.syncs}
        return {**place, "set": UNPACED, **more}

    def change(self, source: str) -> None:
        """Something that a load could lose: an update, a creation and a deletion, some time later."""
        self.changes += 1
        self.now += timedelta(seconds=90)
        self.server.clock(now=self.now.isoformat())
        (change_salesforce if source == "salesforce" else change_hubspot)(self.server, self.changes)

    def content(self, which: str, source: str) -> dict[str, list[tuple[Any, ...]]]:
        """The current versions of a log, without what says by which read they came."""
        copy = Copy(self.warehouse(which, source), source)
        return {table: copy.content(table) for table in TABLES[source]}

    def survey(self, source: str, step: str, seed: int, *, places: int, moments: int) -> list[Kill]:
        """Where a step of a load with changes can be killed."""
        self.change(source)
        outcome = self.runner.complete(**self.order("undisturbed", source, step=step))
        self.runner.complete(**self.order("killed", source))
        return spread(outcome.counted, outcome.seconds, places=places, moments=moments, seed=seed)

    def kill_and_run_again(self, source: str, step: str, kill: Kill, *, changes_between: bool) -> None:
        """Kill a load, run it again, and compare with the log that nobody disturbed."""
        self.change(source)
        was_killed = self.runner.kill(kill, **self.order("killed", source, step=step))
        self.killed += [f"{source} {step}: {kill}"] if was_killed else []
        if changes_between:
            self.change(source)
        self.runner.complete(**self.order("undisturbed", source))
        try:
            self.runner.complete(**self.order("killed", source))
            assert self.content("killed", source) == self.content("undisturbed", source), f"{step}, {kill}"
            assert f"Change {self.changes}" in str(self.content("killed", source)), f"{step}, {kill}"
        except AssertionError:
            self._put_right(source)
            raise

    def _put_right(self, source: str) -> None:
        """Let the log that is killed be like the other one, so that one failure does not bring others."""
        shutil.rmtree(self.warehouse("killed", source).parent)
        shutil.copytree(self.warehouse("undisturbed", source).parent, self.warehouse("killed", source).parent)


def change_salesforce(server: Sandbox, number: int) -> None:
    def act(action: str, record_id: str = "", **values: Any) -> str:
        own = {"id": record_id} if record_id else {}
        stated = {"system": "salesforce", "action": action, "object": "Contact", "values": values, **own}
        return str(server.change(stated)["id"])

    created = act("create", LastName="New", Title=f"Change {number}")
    act("create", LastName="Kept")
    act("update", created, Title=f"Change {number}", Department="Changed")
    act("delete", act("create", LastName="Deleted"))


def change_hubspot(server: Sandbox, number: int) -> None:
    def act(action: str, record_id: str = "", **values: Any) -> str:
        own = {"id": record_id} if record_id else {}
        stated = {"system": "hubspot", "action": action, "object": "contacts", "values": values, **own}
        return str(server.change(stated)["id"])

    act("create", jobtitle=f"Change {number}")
    act("archive", act("create", jobtitle="Archived"))
    one, other = act("create", firstname="One"), act("create", firstname="Other")
    server.change(
        {"system": "hubspot", "action": "merge", "object": "contacts", "id": one, "loser_ids": [other]}
    )
