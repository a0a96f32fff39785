"""SOQL: what a query means, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from sandbox.http import ApiError, Call
from sandbox.ids import is_salesforce_id, to_18
from sandbox.salesforce import query
from sandbox.salesforce.store import Session
from sandbox.soql.parser import decode, parse
from sandbox.world import World
from tests.sandbox.conftest import DATA

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a function that answers a query without HTTP between."""
    world = World(DATA)
    world.salesforce.sessions["t"] = Session("t", world.clock.now(), world.clock.now())

    def answer(soql: str, handler: Any = query.query) -> dict[str, Any]:
        headers = {"authorization": "Bearer t"}
        reply = handler(world, Call("GET", "/query", {"version": "v62.0"}, (("q", soql),), headers, b""))
        return dict(orjson.loads(reply.body))

    return answer


def names(reply: dict[str, Any], field: str = "LastName") -> list[Any]:
    return [record[field] for record in reply["records"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("LastName = 'DUNN'", ["Dunn"]),
        ("LastName != 'dunn'", ["O'Hara", "Berg", "berglund"]),
        ("LastName = 'O\\'Hara'", ["O'Hara"]),
        ("LastName LIKE 'b%'", ["Berg", "berglund"]),
        ("LastName LIKE 'ber_'", ["Berg"]),
        ("NOT LastName LIKE 'b%'", ["O'Hara", "Dunn"]),
        ("Email = null", ["berglund"]),
        ("Email != null", ["O'Hara", "Berg", "Dunn"]),
        ("Email != 'ada@acme.example'", ["Berg", "berglund", "Dunn"]),
        ("NOT Email = 'ada@acme.example'", ["Berg", "berglund", "Dunn"]),
        ("Email IN ('ADA@ACME.EXAMPLE', null)", ["O'Hara", "berglund"]),
        ("Email NOT IN ('ada@acme.example')", ["Berg", "berglund", "Dunn"]),
        ("Id = '003TT0000000001'", ["O'Hara"]),
        ("Id > '003TT0000000003'", ["Dunn"]),
        ("Id IN ('003TT0000000001', '003TT0000000004')", ["O'Hara", "Dunn"]),
        ("AccountId = null", ["berglund"]),
        ("Account.Name = 'acme'", ["O'Hara", "Dunn"]),
        ("Account.Name = null", ["berglund"]),
        ("Account.Owner.Name LIKE 'dana%'", ["Berg"]),
        ("Contact.Account.Name = 'Acme'", ["O'Hara", "Dunn"]),
        ("AccountId IN (SELECT Id FROM Account WHERE Industry = 'Retail')", ["O'Hara", "Dunn"]),
        ("Id NOT IN (SELECT ContactId FROM OpportunityContactRole)", ["O'Hara", "Berg", "berglund"]),
        ("Interests__c INCLUDES ('four;six')", ["O'Hara"]),
        ("Interests__c INCLUDES ('four', 'six')", ["O'Hara", "Berg"]),
        ("Interests__c EXCLUDES ('four')", ["Berg", "berglund", "Dunn"]),
        ("HasOptedOutOfEmail = TRUE", ["O'Hara"]),
        ("Score__c >= 3", ["Dunn"]),
        ("Birthdate = 1980-02-29", ["O'Hara"]),
        ("Birthdate < 1980-02-29", []),
        ("SystemModstamp >= 2025-06-03T10:00:00Z", ["berglund", "Dunn"]),
        ("SystemModstamp > 2025-06-03T10:00:00.000Z", ["Dunn"]),
        ("SystemModstamp = 2025-06-03T12:00:00+02:00", ["berglund"]),
        ("SystemModstamp < 2025-06-02T00:00:00+13:45", ["O'Hara"]),
        ("(LastName = 'Berg' OR LastName = 'Dunn') AND Email LIKE '%birch%'", ["Berg"]),
        ("CreatedDate = LAST_N_DAYS:3", []),
        ("SystemModstamp < TODAY", ["O'Hara", "Berg", "berglund", "Dunn"]),
        ("SystemModstamp = LAST_YEAR", ["O'Hara", "Berg", "berglund", "Dunn"]),
    ],
)
def test_conditions(run: Run, condition: str, expected: list[str]) -> None:
    assert names(run(f"SELECT LastName FROM Contact WHERE {condition} ORDER BY Id")) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("LastName", ["Berg", "berglund", "Dunn", "O'Hara"]),
        ("LastName DESC LIMIT 2", ["O'Hara", "Dunn"]),
        ("LastName LIMIT 2 OFFSET 1", ["berglund", "Dunn"]),
        ("Email, Id", ["berglund", "O'Hara", "Berg", "Dunn"]),
        ("Email DESC NULLS LAST", ["Dunn", "Berg", "O'Hara", "berglund"]),
        ("Account.Name DESC NULLS LAST, LastName", ["Berg", "Dunn", "O'Hara", "berglund"]),
    ],
)
def test_order(run: Run, order: str, expected: list[str]) -> None:
    assert names(run(f"SELECT LastName FROM Contact ORDER BY {order}")) == expected


def test_a_missing_parent_is_null(run: Run) -> None:
    assert names(run("SELECT Account.Owner.Name FROM Contact WHERE LastName = 'berglund'"), "Account") == [
        None
    ]


def test_count_without_a_field_has_no_records(run: Run) -> None:
    assert run("SELECT COUNT() FROM Contact") == {"totalSize": 4, "done": True, "records": []}
    assert run("select count() from Contact", query.query_all)["totalSize"] == 6


def test_aggregates(run: Run) -> None:
    soql = "SELECT COUNT(Id), SUM(Amount) total, MAX(CloseDate), AVG(Amount) FROM Opportunity"
    (record,) = run(soql)["records"]
    assert record == {
        "attributes": {"type": "AggregateResult"},
        "expr0": 3,
        "total": 3500.75,
        "expr1": "2026-02-28",
        "expr2": 1750.375,
    }


def test_groups(run: Run) -> None:
    soql = (
        "SELECT Account.Name, COUNT(Id) n FROM Opportunity GROUP BY Account.Name "
        "HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC"
    )
    assert [(record["Name"], record["n"]) for record in run(soql)["records"]] == [("Acme", 2)]


@pytest.mark.parametrize(
    ("macro", "present", "absent"),
    [("ALL", "Ext__c", "Nope"), ("STANDARD", "LastName", "Ext__c"), ("CUSTOM", "Ext__c", "LastName")],
)
def test_fields_macro(run: Run, macro: str, present: str, absent: str) -> None:
    record = run(f"SELECT FIELDS({macro}) FROM Contact LIMIT 1")["records"][0]
    assert present in record
    assert absent not in record


def test_typeof_chooses_the_branch_of_the_target(run: Run) -> None:
    soql = "SELECT TYPEOF Owner WHEN User THEN Name, Email ELSE Id END FROM Lead LIMIT 1"
    assert run(soql)["records"][0]["Owner"]["Email"] == "integration@seller.example"


def test_child_limits_hold_per_parent(run: Run) -> None:
    soql = "SELECT Name, (SELECT Name FROM Opportunities ORDER BY Name LIMIT 1) FROM Account ORDER BY Name"
    counts = [child and child["totalSize"] for child in names(run(soql), "Opportunities")]
    assert counts == [1, 1, None]


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Id, X from\nLead", "INVALID_FIELD",
         "\nSELECT Id, X from\n           ^\nERROR at Row:1:Column:12\nNo such column 'X' on entity 'Lead'. "
         "If you are attempting to use a custom field, be sure to append the '__c' after "
         "the custom field name. "
         "Please reference your WSDL or the describe call for the appropriate names."),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE",
         "sObject type 'XYZZY' is not supported. If you are attempting"),
        ("SELECT Nope.Name FROM Contact", "INVALID_FIELD",
         "Didn't understand relationship 'Nope' in field path"),
        ("SELECT Id FRM Contact", "MALFORMED_QUERY", "unexpected token: 'Contact'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact WHERE Email = \"x\"", "MALFORMED_QUERY",
         "no viable alternative"),
        ("SELECT Id FROM Contact WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY",
         "unexpected token: 'OR'"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01", "INVALID_FIELD",
         "must be of type dateTime"),
        ("SELECT Id FROM Contact WHERE Birthdate > 2024-01-01T00:00:00Z", "INVALID_FIELD",
         "must be of type date "),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01T00:00:00", "MALFORMED_QUERY",
         "unexpected token"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01T00:00:00 0000", "MALFORMED_QUERY",
         "no viable alternative at character ' '"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-13-01T00:00:00Z", "MALFORMED_QUERY",
         "Invalid datetime"),
        ("SELECT Id FROM Contact WHERE LastName = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE HasOptedOutOfEmail = 'true'", "INVALID_FIELD",
         "should not be enclosed"),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD",
         "can not be filtered in a query call"),
        ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "can not be sorted in a query call"),
        ("SELECT Id, Id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Contact LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE",
         "Maximum SOQL offset allowed is 2000"),
        ("SELECT LastName, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "Field must be grouped or aggregated"),
        ("SELECT SUM(Name) FROM Contact", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Id, (SELECT Id FROM Cases) FROM Account", "INVALID_FIELD",
         "Didn't understand relationship 'Cases'"),
        ("SELECT Id FROM Contact WHERE LastName INCLUDES ('x')", "INVALID_FIELD",
         "not valid for field 'LastName'"),
        ("SELECT Id FROM Contact LIMIT 1.5", "MALFORMED_QUERY", "unexpected token: '1.5'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)  # fmt: skip
def test_refusals(run: Run, soql: str, code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        run(soql)
    (error,) = orjson.loads(caught.value.reply.body)
    assert (caught.value.reply.status, error["errorCode"]) == (400, code)
    assert message in error["message"]


@pytest.mark.parametrize(
    ("literal", "text"),
    [(r"a\'b", "a'b"), (r"a\\b", "a\\b"), (r"\n\t\r", "\n\t\r"), (r"\u00e4", "ä"), (r"50\%", r"50\%")],
)
def test_escapes(literal: str, text: str) -> None:
    assert decode(literal) == text


def test_keywords_can_be_names() -> None:
    assert str(parse("SELECT Limit, Order FROM Group").source) == "Group"


@pytest.mark.parametrize(
    "identifier", ["0015500001QdQWaAAN", "0035500001H9cakAAB", "003RO0000035WQgYAM", "012000000000000AAA"]
)
def test_id_checksums(identifier: str) -> None:
    assert to_18(identifier[:15]) == identifier
    assert is_salesforce_id(identifier)
    assert not is_salesforce_id(identifier[:-1] + "9")
