"""Search that is late, disordered, or overtaken by changes."""

from __future__ import annotations

from sandbox.client import Sandbox
from tests.sandbox.conftest import post, searched

END = "1767226800000"  # 2026-01-01T00:20:00Z, before the clock of the tests and after all records
WINDOW = {"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": "1000", "highValue": END}
STAMPED = {
    "filterGroups": [{"filters": [WINDOW]}],
    "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
    "properties": ["lastmodifieddate"],
}


def ids(answer: dict[str, object]) -> list[str]:
    return [record["id"] for record in answer["results"]]  # type: ignore[attr-defined]


def test_a_record_that_changes_during_the_search_comes_with_its_new_stamp(world: Sandbox) -> None:
    plain = searched(world, **STAMPED)
    world.fault("search_post_window", path="/search", rows=2)
    late = searched(world, **STAMPED)
    assert (late["total"], ids(late)) == (plain["total"], ids(plain))
    stamps = [record["updatedAt"] for record in late["results"]]
    assert [stamp > "2026-01-01T02" for stamp in stamps] == [True] * 2 + [False] * (len(stamps) - 2)
    after = searched(world, **STAMPED)
    assert ids(after) == ids(plain)[2:]
    assert after["total"] == plain["total"] - 2


def test_a_whole_result_can_be_sorted_by_wrong_stamps(world: Sandbox) -> None:
    fill = {"system": "hubspot", "action": "fill", "object": "contacts"}
    for minute in range(30):
        world.change(fill | {"count": 10, "stamp": f"2025-12-31T10:{minute:02d}:00+00:00"})
    window = WINDOW | {"value": "1767175200000"}
    body = STAMPED | {"filterGroups": [{"filters": [window]}], "limit": 100}
    world.fault("search_shuffle", path="/search", count=0, seed=3, seconds=1800)
    pages = [searched(world, **body, after=after) for after in ("0", "100", "200")]
    found = [record for page in pages for record in page["results"]]
    assert len({record["id"] for record in found}) == 300
    stamps = [record["updatedAt"] for record in found]
    assert stamps != sorted(stamps)
    assert max(stamps[:100]) > min(stamps[100:200])
    assert [ids(searched(world, **body, after="100"))] == [ids(pages[1])]


def test_a_share_of_the_pages_is_shuffled(world: Sandbox) -> None:
    plain = ids(searched(world, **STAMPED))
    world.fault("search_shuffle", path="/search", count=0, probability=0.5, seed=1)
    shuffled = [ids(searched(world, **STAMPED)) != plain for _ in range(30)]
    assert 5 < sum(shuffled) < 25
    world.clear_faults()
    world.fault("search_shuffle", path="/search", count=0, probability=0.5, seed=1)
    assert [ids(searched(world, **STAMPED)) != plain for _ in range(30)] == shuffled


def test_the_index_lags_behind_for_a_while(world: Sandbox) -> None:
    world.switch(search_lag_seconds=90)
    world.clock(frozen=True)
    total = searched(world)["total"]
    world.change({"system": "hubspot", "action": "fill", "object": "contacts", "count": 1})
    assert searched(world)["total"] == total
    world.clock(advance=89)
    assert searched(world)["total"] == total
    world.clock(advance=1)
    assert searched(world)["total"] == total + 1


def test_the_stamp_that_looks_right_on_contacts_finds_nothing(world: Sandbox) -> None:
    decoy = [WINDOW | {"propertyName": "hs_lastmodifieddate"}]
    assert searched(world, filterGroups=[{"filters": decoy}])["total"] == 0
    assert searched(world, "companies", filterGroups=[{"filters": decoy}])["total"] > 0


def test_the_ten_thousandth_record_is_the_last(world: Sandbox) -> None:
    world.change({"system": "hubspot", "action": "fill", "object": "contacts", "count": 10_000})
    assert len(searched(world, limit=200, after="9800")["results"]) == 200
    reply = post(world, "/crm/v3/objects/contacts/search", {"limit": 200, "after": "10000"})
    assert reply.status_code == 400
