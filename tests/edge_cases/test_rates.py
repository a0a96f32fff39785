"""How fast and with how many calls: at the allowed rate, hardly ever above it, few where little changed."""

from collections import Counter
from datetime import datetime

import pytest

from tests.edge_cases.acting import calls, change, some, unlike, written


def seconds_of(log):
    """When each call was answered, in seconds since the first."""
    moments = [datetime.fromisoformat(call["at"]) for call in log]
    return [(moment - moments[0]).total_seconds() for moment in moments]


def refused(log):
    """The share of calls that were refused for coming too fast."""
    return Counter(call["status"] for call in log)[429] / len(log)


@pytest.mark.long
@pytest.mark.usefixtures("paced")
def test_edge_10_lists_are_read_at_the_allowed_rate(empty, source, only, monkeypatch):
    """100 calls in any ten seconds are allowed, 230 are needed.

    -> 95 of each hundred are used, none refused.
    """
    only("contacts", "companies", "deals")
    monkeypatch.setattr("pipelines.hubspot.client.LIST_PAGE", 2)
    source.switch(enforce_rate_limits=True, hubspot_burst_limit=100)
    source.clear_log()
    empty.load("hubspot")
    log = source.log()
    assert len(log) > 200
    assert refused(log) < 0.01
    made = sum(seconds < 20 for seconds in seconds_of(log))
    assert made >= 0.95 * 200
    assert unlike(source, empty, "companies") == {}


@pytest.mark.long  # on a busy machine, calls sent a second apart may arrive closer together
@pytest.mark.usefixtures("paced")
def test_edge_10_searches_are_made_at_the_allowed_rate(warehouse, source, only, monkeypatch):
    """Five searches a second are allowed, 50 are needed -> nine and a half seconds, none refused."""
    only("contacts")
    monkeypatch.setattr("pipelines.hubspot.client.SEARCH_PAGE", 4)
    change(source, "fill", "contacts", count=196)
    source.switch(enforce_rate_limits=True)
    source.clear_log()
    assert written(warehouse.load("hubspot")) == {"contacts": 196}
    log = calls(source, "/search")
    assert len(log) >= 50
    assert refused(source.log()) < 0.01
    assert sum(seconds < 9 for seconds in seconds_of(log)) >= 0.95 * 45


@pytest.mark.long
@pytest.mark.usefixtures("paced")
def test_edge_11_a_quarter_of_an_hour_in_a_large_world(warehouse, source):
    """100,000 contacts per system, 500 of each edited in 15 minutes -> all of them, in 60 calls at most."""
    for name in ("Contact", "contacts"):
        change(source, "fill", name, count=100_000)
    source.clock(advance=2 * 86_400)  # old records, beyond any overlap
    warehouse.load()
    source.clock(advance=600)
    for name in ("Contact", "contacts"):
        edit_many(warehouse, source, name, 500)
    source.clock(advance=300)
    source.clear_log()
    result = warehouse.load()
    assert written(result)["Contact"] == written(result)["contacts"] == 500
    made = Counter(call["path"] for call in source.log())
    assert len(source.log()) <= 60, made
    assert sum(extract.api_calls for extract in result.extracts) == len(source.log())


def edit_many(warehouse, source, name, count):
    """Edit so many contacts; the last ones, as the first ones of the sample have their own stories."""
    ids = some(warehouse, name, 200_000)[-count:]
    field = "Title" if name == "Contact" else "jobtitle"
    system = "salesforce" if name == "Contact" else "hubspot"
    for record_id in ids:
        source.change(
            {
                "system": system,
                "action": "update",
                "object": name,
                "id": record_id,
                "values": {field: "Edited"},
            }
        )
