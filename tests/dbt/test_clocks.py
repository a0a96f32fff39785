"""Loaders and dbt agree on the fields that have clocks, and the matrix alone says which."""

import re
from typing import Any

import pytest

from canon.clocks import tracked_fields
from tests.dbt.manifest import Project

MAP = {
    "customer": {
        "salesforce": {"Contact": {"Phone": {"to": "phone"}}, "Lead": {"Phone": {"to": "phone"}}},
        "hubspot": {"contacts": {"phone": {"to": "phone", "else": "companies.name"}}},
        "product": {"users": {"tel": {"to": "phone"}}},
    },
    "company": {"hubspot": {"companies": {"name": {"to": "name"}, "domain": {"to": "domain"}}}},
}
SALESFORCE = {"Contact": ("Phone",), "Lead": ("Phone",)}
HUBSPOT = {"companies": ("name",), "contacts": ("phone",)}


def tracked(line: dict[str, Any]) -> dict[str, Any]:
    company = {"name": {"rule": "source_priority", "sources": ["hubspot"]}}
    return tracked_fields({"field_map": MAP, "ownership": {"customer": {"phone": line}, "company": company}})


@pytest.mark.parametrize(
    "line",
    [
        {"rule": "recency"},
        {"rule": "oldest_value"},
        {"rule": "trust_score"},
        {"rule": "consent_latest_explicit"},
        {"rule": "monotonic"},
        {"rule": "source_priority", "max_age": "P365D"},
        {"rule": "source_priority", "blank": "clear"},
    ],
)
def test_a_line_that_decides_by_time_is_tracked_in_its_own_systems(line):
    assert tracked({**line, "sources": ["salesforce", "hubspot"]}) == {
        "salesforce": SALESFORCE,
        "hubspot": HUBSPOT,
    }


@pytest.mark.parametrize(
    "line",
    [
        {"rule": "source_priority", "sources": ["salesforce", "hubspot"]},
        {"rule": "owner_only", "sources": ["hubspot"]},
        {"rule": "monotonic", "sources": ["hubspot"]},
        {"rule": "prefer_salesforce_unless_blank"},
        {"rule": "max_value", "sources": ["salesforce", "hubspot"], "blank": "keep_blank"},
    ],
)
def test_a_line_that_does_not_costs_nothing(line):
    assert tracked(line) == {}


def test_a_shared_rank_is_decided_by_time():
    assert tracked({"rule": "source_priority", "sources": [["salesforce", "hubspot"], "product"]})
    assert tracked({"rule": "source_priority", "sources": [["salesforce"], "hubspot"]}) == {}


def test_without_sources_every_system_counts():
    assert set(tracked({"rule": "two_way"})) == {"salesforce", "hubspot", "product"}


def test_dbt_dates_by_history_what_is_loaded(project: Project, policy: dict[str, Any]) -> None:
    told = {
        (model["name"], field)
        for model in project.models.values()
        for field in re.findall(r"as (\w+)_is_told\b", model["compiled_code"] or "")
    }
    lines = policy["field_map"]["customer"]
    names = {"Contact": "stg_salesforce__contacts", "Lead": "stg_salesforce__leads"}
    names |= {"contacts": "stg_hubspot__contacts"}
    wanted = {
        (names[name], lines[source][name][field]["to"])
        for source, objects in tracked_fields(policy).items()
        for name, fields in objects.items()
        for field in fields
    }
    assert told == wanted
    assert ("stg_salesforce__contacts", "phone") in wanted
    assert ("stg_hubspot__contacts", "postal_code") in wanted
