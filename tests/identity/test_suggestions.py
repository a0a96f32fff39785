"""What a model takes for one person becomes a question, and one customer only where a steward says yes."""

import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from canon import cli
from canon.publish import publish_copy
from tests.identity.log import START, Log, groups, identify
from tests.identity.names import FIRST, LAST

pytestmark = [pytest.mark.xdist_group("identity"), pytest.mark.slow]

PEOPLE = 160

QUEUE = ("review_queue", "customer_sources", "rejected_records")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suggestions")


@pytest.fixture
def warehouse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the console looks, too."""
    monkeypatch.setenv("CANON_WAREHOUSE", str(folder / "canon.duckdb"))
    monkeypatch.setenv("CANON_PUBLISHED", str(folder / "published.duckdb"))
    return folder / "canon.duckdb"


def a_town(log: Log) -> None:
    """People who are in both systems with one address, each with a phone and a home."""
    luck = random.Random(20261122)
    for at in range(PEOPLE):
        first, last = luck.choice(FIRST), luck.choice(LAST)
        email, phone = f"{first}.{last}{at}@gmail.com".lower(), f"+1206555{at:04d}"
        street, code = f"{luck.randrange(1, 200)} {luck.choice(LAST)} Street", f"98{luck.randrange(100, 150)}"
        place = {"MailingStreet": street, "MailingPostalCode": code, "MailingCity": "Seattle"}
        log.contact(f"c{at:03d}", f"{first} {last}", email, Phone=phone, **place)
        log.person(
            f"p{at:03d}", f"{first} {last}", email, phone=phone, address=street, zip=code, city="Seattle"
        )


def review(*arguments: str) -> Result:
    done = CliRunner().invoke(cli.app, ["review", *arguments])
    assert done.exit_code == 0, done.exception
    return done


def asked(warehouse: Path) -> list[dict[str, Any]]:
    """The open suggestions, as the console lists them."""
    publish_copy(warehouse, warehouse.parent / "published.duckdb")
    items: list[dict[str, Any]] = json.loads(review("list", "--kind", "suggestion", "--as-json").stdout)[
        "items"
    ]
    return items


def test_a_suggestion_is_asked_accepted_and_one_customer(warehouse: Path) -> None:
    log = Log()
    a_town(log)
    home = {"MailingStreet": "7 Quarry Lane", "MailingPostalCode": "98177", "MailingCity": "Seattle"}
    one = log.contact("x1", "Josephine Quartermain", "jo@old.example", Phone="+12065559999", **home)
    other = log.person(
        "x2",
        "Josephine Quartermaine",
        "",
        phone="+12065559999",
        address="7 Quarry Lane",
        zip="98177",
        city="Seattle",
    )
    for at, name in enumerate(("Rudolf", "Wilma", "Kurt")):
        log.contact(f"y{at}", f"{name} Quartermain", "", **home)
    log.write(warehouse)
    _runs(warehouse)
    identify(warehouse, select=tuple(f"+{name}" for name in QUEUE))
    assert {one, other}.isdisjoint(set().union(*(each for each in groups(warehouse) if len(each) > 1)))

    told = json.loads(review("suggest", "--as-json").stdout)
    assert [(each["left_key"], each["right_key"]) for each in told["suggestions"]] == [(other, one)]
    assert told["suggestions"][0]["probability"] > 0.9

    identify(warehouse, select=("stg_canon__identity_suggestions+",))
    (item,) = asked(warehouse)
    assert item["candidates"].startswith(f"{other} = {one}: probably one person (99 %): same first name, ")
    assert "same phone" in item["candidates"]
    assert not any(value in item["candidates"].lower() for value in ("josephine", "quarry", "9999"))
    assert {one, other} not in groups(warehouse), "nothing merges by itself"

    review("accept", item["item_id"])
    assert json.loads(review("suggest", "--as-json").stdout)["suggestions"] == [], "it is decided"
    identify(warehouse, select=("+int_customers_suggested", *QUEUE))
    assert {one, other} in groups(warehouse)
    assert asked(warehouse) == []


def _runs(warehouse: Path) -> None:
    """The sync that brought the log."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute(
            "insert into ops.sync_runs (sync_id, sync_seq, started_at, status, mode) "
            "values ('s1', 1, ?, 'succeeded', 'delta')",
            [START],
        )
