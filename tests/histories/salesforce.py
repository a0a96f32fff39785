"""Random histories of a Salesforce org."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.histories.history import KILLS, History, killed
from tests.histories.truth import Snapshot

TABLES = {"Account": "account", "Contact": "contact", "Lead": "lead"}
# A text field of each object that a user types into.
TYPED = {"Account": "Phone", "Contact": "Title", "Lead": "Title"}
FORMULA = "Full_Greeting__c"
HIDEABLE = ("Contact.Title", "Contact.Full_Greeting__c", "Account.Phone", "Lead.Status", "Lead.LastName")
MEANWHILE = ("update", "delete", "purge", "recalculate", "Contact.Title", "Contact.Full_Greeting__c")
MOVES = (1.0, 1.0, 5.0, 60.0, 601.0, 4000.0, 90_000.0, 20 * 86_400.0)

objects = st.sampled_from(tuple(TABLES))
places = st.integers(0, 2) | st.integers(0, 40)  # a few records, so that things happen to the same one
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
modes = st.sampled_from(("delta", "delta", "delta", "sweep", "backfill"))
QUERIES = "/(queryAll|jobs/query|describe|deleted)"
FAULTS: tuple[Mapping[str, Any], ...] = (
    {"kind": "server_error"},
    {"kind": "maintenance"},
    {"kind": "gateway", "status": 504},
    {"kind": "reset", "after_bytes": 40},
    {"kind": "reset", "after_bytes": 0},
    {"kind": "session_expired"},
    {"kind": "query_timeout", "path": "/queryAll"},
    {"kind": "request_limit", "concurrent": True},
    {"kind": "request_limit"},
    {"kind": "lock_row"},
    {"kind": "bulk_quota"},
    {"kind": "bulk_unsupported"},
    {"kind": "bulk_failed"},
    {"kind": "bulk_aborted"},
    {"kind": "bulk_lost_rows", "rows": 2},
    {"kind": "bulk_not_ready"},
    {"kind": "bulk_purged"},
    {"kind": "bulk_short", "rows": 1},
    {"kind": "bulk_no_locator"},
    {"kind": "bulk_truncated_gzip"},
)


class SalesforceHistory(History):
    """What people, imports and administrators do in an org, and loads in between."""

    overlap = timedelta(minutes=10)
    hidden: frozenset[str] = frozenset()
    unshared: frozenset[str] = frozenset()

    @rule(name=objects, word=words)
    def create(self, name: str, word: str) -> None:
        own = {"Account": {"Name": "New"}, "Contact": {"LastName": "New"}}
        values = own.get(name, {"LastName": "New", "Company": "New"})
        self.change("create", name, values=values | {TYPED[name]: word})

    @rule(name=objects, place=places, word=words)
    def update(self, name: str, place: int, word: str) -> None:
        if record_id := self.pick(name, place):
            self.change("update", name, record_id, values={TYPED[name]: word})

    @rule(name=objects, place=places)
    def touch(self, name: str, place: int) -> None:
        if record_id := self.pick(name, place):
            self.change("update", name, record_id, values={})

    @rule(name=objects, place=places)
    def delete(self, name: str, place: int) -> None:
        if record_id := self.pick(name, place):
            self.change("delete", name, record_id)

    @rule(name=objects, place=places, bumps=st.booleans())
    def undelete(self, name: str, place: int, bumps: bool) -> None:
        if record_id := self.pick(name, place, deleted=True):
            self.server.switch(undelete_bumps=bumps)
            self.change("undelete", name, record_id)

    @rule(name=objects, place=places, losers=st.lists(places, min_size=1, max_size=2))
    def merge(self, name: str, place: int, losers: list[int]) -> None:
        winner = self.pick(name, place)
        lost = {self.pick(name, loser) for loser in losers} - {winner, ""}
        if winner and lost:
            self.change("merge", name, winner, loser_ids=sorted(lost))

    @rule(place=places, into=st.none() | places, deal=st.booleans())
    def convert(self, place: int, into: int | None, deal: bool) -> None:
        more: dict[str, Any] = {"opportunity_name": "Deal"} if deal else {}
        if into is not None:
            more["contact_id"] = self.pick("Contact", into)
        if lead := self.pick("Lead", place):
            self.change("convert", "Lead", lead, **more)

    @rule(name=objects, place=places, deleted=st.booleans())
    def purge(self, name: str, place: int, deleted: bool) -> None:
        if record_id := self.pick(name, place, deleted=deleted):
            self.change("purge", name, record_id)

    @rule(place=places, word=words)
    def change_a_formula(self, place: int, word: str) -> None:
        if record_id := self.pick("Contact", place):
            self.change("recalculate", "Contact", record_id, values={FORMULA: word})

    @rule(field=st.sampled_from(HIDEABLE))
    def hide_or_show_a_field(self, field: str) -> None:
        self.hidden = self.hidden ^ {field}
        self.server.switch(hidden_fields=sorted(self.hidden))

    @rule(name=objects, place=places)
    def stop_sharing_a_record(self, name: str, place: int) -> None:
        if record_id := self.pick(name, place):
            self.unshared = self.unshared | {record_id}
            self.server.switch(hidden_records=sorted(self.unshared))

    @precondition(lambda self: self.unshared)
    @rule()
    def share_all_records(self) -> None:
        self.unshared = frozenset()
        self.server.switch(hidden_records=[])

    @rule()
    def a_second_passes(self) -> None:
        self.advance(1.0)

    @rule(seconds=st.sampled_from(MOVES))
    def time_passes(self, seconds: float) -> None:
        self.advance(seconds)

    @rule(
        name=st.sampled_from(("Contact", "Lead")),
        place=places,
        ago=st.integers(1, 600),
        action=st.sampled_from(("update", "delete")),
        word=words,
    )
    def commit_late(self, name: str, place: int, ago: int, action: str, word: str) -> None:
        """A long transaction: stamped before the last load, visible only now. Stamps never go back."""
        stamp = self.attempted - timedelta(seconds=ago)
        stubs = [each for each in self.stage.truth.stubs(name) if not each[1] and each[2] < stamp]
        if stubs:
            values = {"values": {TYPED[name]: word}} if action == "update" else {}
            record_id = stubs[place % len(stubs)][0]
            self.change(action, name, record_id, stamp=stamp.isoformat(), **values)

    @precondition(lambda self: self.may_load)
    @rule(mode=modes)
    def load_undisturbed(self, mode: str) -> None:
        self.load(mode)

    @precondition(lambda self: self.may_load)
    @rule(
        mode=modes, fault=st.sampled_from(FAULTS), nth=st.integers(1, 12), count=st.sampled_from((1, 2, 4, 9))
    )
    def load_in_spite_of(self, mode: str, fault: Mapping[str, Any], nth: int, count: int) -> None:
        self.disturbed_load(mode, **{"path": "/services/data", "nth": nth, "count": count, **fault})

    @precondition(lambda self: self.may_load)
    @rule(mode=modes, name=objects, place=places, nth=st.integers(1, 14), what=st.sampled_from(MEANWHILE))
    def load_while_things_change(self, mode: str, name: str, place: int, nth: int, what: str) -> None:
        if what in HIDEABLE:
            self.hidden = self.hidden ^ {what}
            hidden = sorted(self.hidden)
            self.disturbed_load(mode, kind="switch", path=QUERIES, nth=nth, hidden_fields=hidden)
            self.server.switch(hidden_fields=hidden)  # the call may not have come
            return
        name = "Contact" if what == "recalculate" else name
        values = {"recalculate": {FORMULA: "Meanwhile"}, "update": {TYPED[name]: "Meanwhile"}}
        stated = {"system": "salesforce", "action": what, "object": name, "values": values.get(what, {})}
        if record_id := self.pick(name, place):
            action = stated | {"id": record_id}
            self.disturbed_load(mode, kind="change", path=QUERIES, nth=nth, action=action)

    @precondition(lambda self: self.may_load)
    @rule(mode=modes, where=st.sampled_from(tuple(KILLS)), nth=st.integers(1, 12))
    def load_and_be_killed(self, mode: str, where: str, nth: int) -> None:
        with killed(where, nth):
            self.disturbed_load(mode)

    def judge(self, modes: Mapping[str, str], found: Snapshot) -> None:
        """A delta sees stamps from the last load's on, and in its overlap stamps that it never saw."""
        for name, records in found.items():
            if modes[name] == "sweep":
                self.excused[name].clear()
                continue
            for key in records.keys() | self.known[name].keys():
                if self._is_visible(name, key, modes[name], found):
                    self.excused[name].discard(key)
                elif self.is_changed(name, key, records.get(key)):
                    self.excused[name].add(key)
        self.remember(found)

    def _is_visible(self, name: str, key: str, mode: str, found: Snapshot) -> bool:
        new = found[name].get(key)
        if new is None or mode == "backfill":
            return new is not None
        old = self.known[name].get(key)
        if self.was_pending and self.held[name].get(key) == new.version:
            return False  # a load that was killed has brought this version, before a change without a stamp
        if self.was_pending and old is not None and old.stamp == new.stamp:
            return False  # a load that was killed may have moved the watermark past a change without a stamp
        is_late = new.stamp >= self.earlier - self.overlap and (name, key, *new.version) not in self.seen
        return new.stamp >= self.earlier or is_late


def shrink_pages(patch: pytest.MonkeyPatch) -> None:
    """Pages of a few records, jobs where there are more than a dozen, and the objects of `TABLES` only."""
    from pipelines.salesforce.objects import OBJECTS

    specs = tuple(spec for spec in OBJECTS if spec.name in TABLES)
    patch.setattr("pipelines.salesforce.OBJECTS", specs)
    patch.setattr("pipelines.salesforce.soql.PAGE", 5)
    patch.setattr("pipelines.salesforce.rest.IDS_PER_QUERY", 4)
    patch.setattr("pipelines.salesforce.client.BULK_CHUNK", 6)
    patch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "14")
