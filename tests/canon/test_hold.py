"""A publish that would take many records from readers is held back until somebody says why it is right."""

from pathlib import Path

import pytest

from canon.errors import UsageError
from canon.hold import stated
from canon.settings import Settings
from canon.steps import publish_only
from canon.sync import publish
from canon.warehouse import connect, rows

SHRUNK = """
create or replace view ops.measure_shrink as
with counted as (
    select 700::bigint as live, coalesce(arg_max(live, published_at), 3000::bigint) as published_live
    from ops.publications
)
select 'salesforce' as source, 'Contact' as object, live, published_live,
    published_live - live || ' of ' || published_live || ' records' as loss,
    if(published_live - live > 100, 'critical', 'ok') as verdict, 'at most 5' as allowed
from counted
"""


@pytest.fixture(autouse=True)
def _without_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no dbt project here that docs could be made of."""
    monkeypatch.setattr("canon.site.pages.make_docs", lambda settings: ())


@pytest.fixture
def shrunk(settings: Settings, warehouse: Path) -> Settings:
    """A project with a published copy, and a warehouse that lost records since."""
    publish(settings)
    with connect(warehouse) as con:
        con.execute("delete from ops.publications")
        con.execute(SHRUNK)
        con.execute("delete from marts.customers where customer_id = 'c-bob'")
    return settings


def people(settings: Settings) -> int:
    with connect(settings.published, read_only=True) as con:
        return len(rows(con, "from marts.customers"))


def test_a_loss_holds_the_publish_and_the_last_good_copy_stays(shrunk: Settings):
    before, pages = shrunk.published.read_bytes(), (shrunk.site / "health.html").read_bytes()
    copy, _ = publish_only(shrunk)
    assert (copy.scope, copy.held) == ("held", ("salesforce Contact lost 2300 of 3000 records",))
    assert shrunk.published.read_bytes() == before
    assert (shrunk.site / "health.html").read_bytes() == pages


def test_an_accepted_loss_is_published_with_its_reason_and_does_not_hold_again(shrunk: Settings):
    copy, _ = publish_only(shrunk, "a branch was sold")
    assert (copy.scope, copy.held, people(shrunk)) == ("all", (), 2)
    with connect(shrunk.warehouse, read_only=True) as con:
        kept = rows(con, "select source, object, live, reason from ops.publications")
    assert kept == [{"source": "salesforce", "object": "Contact", "live": 700, "reason": "a branch was sold"}]
    assert publish_only(shrunk)[0].held == ()


def test_an_erasure_is_never_held_back(shrunk: Settings):
    assert publish(shrunk, erasing=True)[0].scope == "all"
    assert people(shrunk) == 2


def test_without_a_copy_there_is_nothing_to_keep(shrunk: Settings):
    shrunk.published.unlink()
    assert publish_only(shrunk)[0].scope == "all"


def test_a_publish_that_changes_no_count_notes_nothing_and_needs_no_reason(
    settings: Settings, warehouse: Path
):
    publish_only(settings, "just in case")
    with connect(warehouse, read_only=True) as con:
        assert rows(con, "from ops.publications") == []


def test_a_reason_that_says_nothing_is_refused():
    with pytest.raises(UsageError, match="--accept needs a reason"):
        stated("  ")
