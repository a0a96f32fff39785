"""Random histories of a HubSpot account."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.histories.history import KILLS, History, Stage, killed
from tests.histories.truth import Known, Snapshot

TABLES = {"contacts": "contacts", "companies": "companies"}
LINKS = "contacts_companies"
# A text property of each object that a user types into.
TYPED = {"contacts": "jobtitle", "companies": "phone"}
MOVES = (0.001, 0.4, 1.0, 60.0, 1800.0, 4300.0, 90_000.0, 100 * 86_400.0)
LAGS = (30.0, 900.0, 3600.0)
PRIMARY = [{"category": "HUBSPOT_DEFINED", "typeId": 279}, {"category": "HUBSPOT_DEFINED", "typeId": 1}]

objects = st.sampled_from(tuple(TABLES))
places = st.integers(0, 2) | st.integers(0, 40)  # a few records, so that things happen to the same one
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
modes = st.sampled_from(("delta", "delta", "delta", "sweep", "backfill"))
CALLS = "/crm/v[34]/"
FAULTS: tuple[Mapping[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "gateway"},
    {"kind": "maintenance"},
    {"kind": "rate_limit", "policy": "TEN_SECONDLY_ROLLING"},
    {"kind": "rate_limit", "policy": "SECONDLY", "path": "/search"},
    {"kind": "rate_limit", "policy": "DAILY"},
    {"kind": "locked"},
    {"kind": "migrating"},
    {"kind": "expired_token"},
    {"kind": "reset", "after_bytes": 40},
    {"kind": "reset", "after_bytes": 0},
    {"kind": "search_shuffle", "path": "/search"},
    {"kind": "search_shuffle", "path": "/search", "seconds": 5},
)


class HubspotHistory(History):
    """What people, imports and administrators do in an account, and loads in between."""

    overlap = timedelta(minutes=70)

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.lag = 0.0
        self.linked = self._links(stage.snapshot)
        self.unlinked: set[str] = set()  # contacts whose links changed without a trace
        self.server.switch(search_window=12)

    @rule(name=objects, word=words)
    def create(self, name: str, word: str) -> None:
        self.change("create", name, values={TYPED[name]: word})

    @rule(name=objects, place=places, word=words)
    def update(self, name: str, place: int, word: str) -> None:
        if record_id := self.pick(name, place):
            self.change("update", name, record_id, values={TYPED[name]: word})

    @rule(name=objects, place=places)
    def archive(self, name: str, place: int) -> None:
        if record_id := self.pick(name, place):
            self.change("archive", name, record_id)

    @rule(name=objects, word=words)
    def create_and_archive(self, name: str, word: str) -> None:
        self.change("archive", name, self.change("create", name, values={TYPED[name]: word}))

    @rule(name=objects, place=places)
    def restore(self, name: str, place: int) -> None:
        if record_id := self.pick(name, place, deleted=True):
            self.change("restore", name, record_id)

    @rule(name=objects, one=places, other=places)
    def restore_one_and_archive_another(self, name: str, one: int, other: int) -> None:
        self.archive(name, other)
        self.restore(name, one)

    @rule(name=objects, place=places, loser=places, style=st.sampled_from(("new", "old")))
    def merge(self, name: str, place: int, loser: int, style: str) -> None:
        survivor, lost = self.pick(name, place), self.pick(name, loser)
        if survivor and lost != survivor:
            self.server.switch(merge_style=style)
            self.change("merge", name, survivor, loser_ids=[lost])

    @rule(name=objects, place=places, archived=st.booleans())
    def gdpr_delete(self, name: str, place: int, archived: bool) -> None:
        if record_id := self.pick(name, place, deleted=archived):
            self.change("gdpr_delete", name, record_id)

    @rule(contact=places, company=places, bumps=st.booleans())
    def associate(self, contact: int, company: int, bumps: bool) -> None:
        self._link("associate", contact, company, bumps, types=PRIMARY)

    @rule(contact=places, company=places, bumps=st.booleans())
    def dissociate(self, contact: int, company: int, bumps: bool) -> None:
        self._link("dissociate", contact, company, bumps)

    def _link(self, action: str, contact: int, company: int, bumps: bool, **more: Any) -> None:
        self.server.switch(association_bumps=bumps)
        near, far = self.pick("contacts", contact), self.pick("companies", company)
        if near and far:
            self.change(action, "contacts", near, to_type="companies", to_id=far, **more)

    @rule()
    def a_second_passes(self) -> None:
        self.advance(1.0)

    @rule(seconds=st.sampled_from(MOVES))
    def time_passes(self, seconds: float) -> None:
        self.advance(seconds)

    @precondition(lambda self: self.may_load)
    @rule(mode=modes, settles=st.sampled_from((True, True, True, False)))
    def load_undisturbed(self, mode: str, settles: bool) -> None:
        if settles:
            self.advance(1.0 - self.now.microsecond / 1e6)
        self.load(mode)

    @precondition(lambda self: self.may_load)
    @rule(mode=modes, lag=st.sampled_from(LAGS))
    def load_while_the_index_lags(self, mode: str, lag: float) -> None:
        self.lag = lag
        self.disturbed_load(mode, kind="search_lag", path="/search", count=0, seconds=lag)
        self.lag = 0.0

    @precondition(lambda self: self.may_load)
    @rule(
        mode=modes, fault=st.sampled_from(FAULTS), nth=st.integers(1, 14), count=st.sampled_from((1, 2, 4, 9))
    )
    def load_in_spite_of(self, mode: str, fault: Mapping[str, Any], nth: int, count: int) -> None:
        self.disturbed_load(mode, **{"path": CALLS, "nth": nth, "count": count, **fault})

    @precondition(lambda self: self.may_load)
    @rule(
        mode=modes,
        name=objects,
        place=places,
        nth=st.integers(1, 16),
        action=st.sampled_from(("update", "archive", "gdpr_delete", "create")),
    )
    def load_while_things_change(self, mode: str, name: str, place: int, nth: int, action: str) -> None:
        """No two changes of a record share a millisecond, and no load is that short."""
        stamp = (self.now + timedelta(milliseconds=1)).isoformat()
        values = {"values": {TYPED[name]: "Meanwhile"}} if action in {"update", "create"} else {}
        own = {} if action == "create" else {"id": self.pick(name, place)}
        if own.get("id", "new"):
            stated = {"system": "hubspot", "action": action, "object": name, "stamp": stamp, **own, **values}
            self.disturbed_load(mode, kind="change", path=CALLS, nth=nth, action=stated)

    @precondition(lambda self: self.may_load)
    @rule(mode=modes, where=st.sampled_from(tuple(KILLS)), nth=st.integers(1, 12))
    def load_and_be_killed(self, mode: str, where: str, nth: int) -> None:
        with killed(where, nth):
            self.disturbed_load(mode)

    def _loaded(self, mode: str) -> dict[str, str] | None:
        try:
            return super()._loaded(mode)
        finally:
            self.advance(0.002)

    # What must be equal afterwards

    def judge(self, modes: Mapping[str, str], found: Snapshot) -> None:
        """A delta sees stamps of its window that it never saw, and archived records where counts differ."""
        links = self._links(found)
        for name, records in found.items():
            if modes[name] == "sweep":
                self.excused[name].clear()
            else:
                self._judge_records(name, modes[name], records)
        self._judge_links(modes["contacts"], found, links)
        self.remember(found)
        self.linked = links

    def _judge_records(self, name: str, mode: str, records: Mapping[str, Known]) -> None:
        for key in records.keys() | self.known[name].keys():
            if self._is_visible(name, key, mode, records):
                self.excused[name].discard(key)
            elif self.is_changed(name, key, records.get(key)):
                self.excused[name].add(key)

    def _is_visible(self, name: str, key: str, mode: str, records: Mapping[str, Known]) -> bool:
        new, end = records.get(key), self.attempted.replace(microsecond=0)
        if new is None:
            return self._is_absorbed(name, key, mode, records)
        if mode == "backfill":
            return True
        if new.is_deleted:
            # Records that a search can not show yet may make up for the missing one.
            is_even = any(not each.is_deleted and each.stamp > end for each in records.values())
            was_live = key in self.known[name] and not self.known[name][key].is_deleted
            return was_live and not is_even
        start = self.earlier.replace(microsecond=0) - self.overlap
        return start <= new.stamp <= end - timedelta(seconds=self.lag)

    def _is_absorbed(self, name: str, key: str, mode: str, records: Mapping[str, Known]) -> bool:
        """Whether the record was merged into one that this load had to see."""
        for survivor, each in records.items():
            if key in each.values["hs_merged_object_ids"].split(";"):
                return self._is_visible(name, survivor, mode, records)
        return False

    def _judge_links(self, mode: str, found: Snapshot, links: Mapping[str, str]) -> None:
        """Links are read with their contact's version, and all of them by a sweep or a backfill."""
        if mode != "delta":
            self.unlinked.clear()
            return
        for key, new in found["contacts"].items():
            is_read = self._is_visible("contacts", key, mode, found["contacts"])
            if is_read and self.is_changed("contacts", key, new):
                self.unlinked.discard(key)
            elif links.get(key) != self.linked.get(key):
                self.unlinked.add(key)

    def expect(self, found: Snapshot, moved: Mapping[str, set[str]]) -> None:
        """Records, then the companies of live contacts."""
        super().expect(found, moved)
        if any(moved.values()):
            return
        links = self._links(found)
        held = self.copy.latest(LINKS)
        live = {key for key, known in found["contacts"].items() if not known.is_deleted}
        wrong = {
            key: (held[key].values["to_ids"] if key in held else "", links.get(key, ""))
            for key in live - self.unlinked - self.excused["contacts"]
            if (held[key].values["to_ids"] if key in held else "") != links.get(key, "")
        }
        assert not wrong, f"links (log, source): {wrong}"

    def _links(self, found: Snapshot) -> dict[str, str]:
        """The companies of the live contacts now."""
        live = [key for key, known in found["contacts"].items() if not known.is_deleted]
        return self.stage.truth.links(live)  # type: ignore[union-attr]


def shrink_pages(patch: pytest.MonkeyPatch) -> None:
    """Pages of a few records, searches of at most a dozen, no pacing, and the objects of `TABLES` only."""
    from pipelines.hubspot.objects import OBJECTS

    specs = tuple(spec for spec in OBJECTS if spec.name in {*TABLES, LINKS})
    patch.setattr("pipelines.hubspot.OBJECTS", specs)
    patch.setattr("pipelines.hubspot.client.LIST_PAGE", 7)
    patch.setattr("pipelines.hubspot.reader.LIST_PAGE", 7)
    patch.setattr("pipelines.hubspot.client.SEARCH_PAGE", 4)
    patch.setattr("pipelines.hubspot.reader.LINK_BATCH", 9)
    patch.setattr("pipelines.hubspot.reader.ROWS", 10)
    patch.setattr("pipelines.hubspot.search.LIMIT", 12)
    patch.setattr("pipelines.hubspot.pace.HubspotPace.wait", lambda *_: None)
