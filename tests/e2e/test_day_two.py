"""The second day: what people did at the sources arrives, while analysts read and a second run is refused."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from canon.publish import publish_copy

pytestmark = pytest.mark.xdist_group("world")

OLDER_DUCKDB = "duckdb==1.4.*"
PUBLICATIONS = 4
TITLE = "Keeper of the Seal"

SOREN, ZOE = "78880540161", "003Qy00000uQXQ1IAO"
CORDELIA, NIKOLAI, PRIYANKA = "003Qy00000DfcYcIAJ", "00QQy00000hYbidMAC", "00QQy000006ytStMAI"
LIESELOTTE, ANNELIESE, ULRICH = "75707261581", "72024147526", "003Qy00000nWegCIAS"
COSIMA, COSIMA_AT_HOME, AMARA = "76703412546", "76240219932", "77643474145"
QUILLSTONE, LANTERNFIELD_DEAL = "001Qy00000PlHSrIAN", "006Qy00000JpGEhIAN"
MARCUS = "marcus.oyelaran@northwind-demo.example"


@dataclass(frozen=True)
class Day:
    """What the published copy said before and says after, and what was seen meanwhile."""

    world: Any
    before: dict[str, dict[str, Any]]
    aliases: list[tuple[Any, ...]]
    steward: dict[str, Any]
    report: dict[str, Any]
    refused: "subprocess.CompletedProcess[str]"
    seen: dict[str, Any]

    def after(self, record_id: str) -> dict[str, Any]:
        """The canonical row of a person today."""
        return self.world.published.customer(record_id)

    def records(self, record_id: str) -> set[tuple[Any, ...]]:
        """The records of a person today: object, id, whether it is deleted."""
        mine = self.after(record_id)["customer_id"]
        query = (
            "select object, source_record_id, is_deleted from marts.customer_sources where customer_id = ?"
        )
        return set(self.world.published.rows(query, mine))

    def changes(self, record_id: str, *fields: str) -> set[tuple[Any, ...]]:
        """What the journal says of some fields of a person (of all without any): field, old, new, cause."""
        mine = self.after(record_id)["customer_id"]
        query = (
            "select field, old_value, new_value, cause from marts.customer_changes "
            "where sync_id = ? and customer_id = ? and (len(?) = 0 or list_contains(?, field))"
        )
        return set(self.world.published.rows(query, self.report["sync_id"], mine, [*fields], [*fields]))


@pytest.fixture(scope="session")
def older_python(pytestconfig: pytest.Config) -> Path:
    """A Python with an older DuckDB, made once per checkout."""
    folder = Path(pytestconfig.cache.mkdir("older_duckdb"))
    python, ready = folder / "bin" / "python", folder / "ready"
    with FileLock(folder.with_suffix(".lock")):
        if not ready.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", OLDER_DUCKDB], check=True)
            ready.touch()
    return python


@pytest.fixture(scope="module")
def day(world_of_module, older_python, alive, json_of) -> Day:
    """The second day, once: a sync in a process of its own, a refused one beside it, a reader throughout."""
    world = world_of_module
    people = (SOREN, ZOE, CORDELIA, NIKOLAI, PRIYANKA, LIESELOTTE, ANNELIESE, ULRICH, COSIMA, AMARA)
    before = {each: world.published.customer(each) for each in (*people, COSIMA_AT_HOME)}
    aliases = world.published.rows("from marts.customer_aliases")
    steward = _decide(world, [each["customer_id"] for each in before.values()])
    world.sandbox.day_two(advance=60)
    reader = [str(older_python), str(Path(__file__).with_name("reader.py")), str(world.published.path)]
    with (
        alive(subprocess.Popen(reader, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)) as reading,
        alive(world.start("sync", "--as-json")) as running,
    ):
        assert reading.stdout.readline() == "ready\n"
        assert running.stderr.readline() == "Loading salesforce and hubspot\n"
        refused = world.canon("sync", "--as-json")
        said, messages = running.communicate()
        assert running.returncode == 0, messages
        world.sync()
        for _ in range(PUBLICATIONS):
            publish_copy(world.warehouse.path, world.published.path)
        seen = json.loads(reading.communicate()[0])
    return Day(world, before, aliases, steward, json_of(said), refused, seen)


def _decide(world: Any, told: list[str]) -> dict[str, Any]:
    """A steward's morning: one title of somebody of whom the CRMs have no news, and the stage of a deal."""
    (row,) = world.published.rows(
        "select customer_id, job_title, job_title_source from marts.customers "
        "where job_title is not null and not is_deleted and not list_contains(?, customer_id) "
        "order by customer_id limit 1",
        told,
    )
    deal = world.published.one("select min(deal_id) from marts.deals where stage_source = 'salesforce'")
    for whose, field, value in ((row[0], "job_title", TITLE), (deal, "deal.stage", "On hold")):
        given = ("--value", value, "--reason", "said on the phone", "--actor", "eva")
        done = world.canon("review", "override", whose, field, *given)
        assert done.returncode == 0, done.stderr
    return {"customer_id": row[0], "title": row[1], "source": row[2], "deal_id": deal}


def test_a_reader_with_an_older_duckdb_never_notices_a_publication(day):
    assert day.seen["version"].startswith("1.4.")
    assert day.seen["errors"] == []
    assert day.seen["disagreements"] == 0
    assert day.seen["reads"] > 20


def test_a_reader_sees_whole_states_only(day):
    first, second, third = day.seen["states"]
    assert [state[-1] for state in (first, second, third)] == [1, 2, 3]
    assert second[:-1] == third[:-1]
    assert first[:-1] != second[:-1]
    assert all(state[0] == state[3] for state in (first, second, third))


def test_a_second_sync_is_refused_while_one_runs(day, json_of):
    assert day.refused.returncode == 4
    answer = json_of(day.refused.stdout)
    assert (answer["status"], answer["exit_code"], answer["error"]) == ("failed", 4, "LockHeld")
    assert re.search(r"canon sync \(process \d+, since [-\d]+ [:\d]+ UTC\) holds ", answer["message"])
    assert "Wait until it has ended" in answer["message"]


def test_only_people_with_news_have_changes(day):
    changed = day.world.published.rows(
        "select distinct customer_id from marts.customer_changes where sync_id = ?", day.report["sync_id"]
    )
    told = (SOREN, ZOE, CORDELIA, NIKOLAI, PRIYANKA, LIESELOTTE, ANNELIESE, ULRICH, AMARA, COSIMA)
    expected = {day.steward["customer_id"]} | {
        day.before[each]["customer_id"] for each in (*told, COSIMA_AT_HOME)
    }
    assert {customer_id for (customer_id,) in changed} <= expected
    assert day.report["rows_written"] == 16


def test_a_stewards_word_outranks_the_crms(day):
    ask, whose = day.world.published.rows, day.steward["customer_id"]
    assert ask("select job_title, job_title_source from marts.customers where customer_id = ?", whose) == [
        (TITLE, "steward")
    ]
    changed = (
        "select field, old_value, new_value, old_source, cause from marts.customer_changes "
        "where sync_id = ? and customer_id = ?"
    )
    assert ask(changed, day.report["sync_id"], whose) == [
        ("job_title", day.steward["title"], TITLE, day.steward["source"], "override")
    ]
    cell = (
        "select rule, is_contested from marts.customer_fields where customer_id = ? and field = 'job_title'"
    )
    assert ask(cell, whose) == [("override", True)]
    lost = (
        "select distinct status from marts.customer_field_conflicts "
        "where customer_id = ? and field = 'job_title'"
    )
    assert ask(lost, whose) == [("overruled",)]
    deal = "select stage, stage_source from marts.deals where deal_id = ?"
    assert ask(deal, day.steward["deal_id"]) == [("On hold", "steward")]
    decisions = "select actor, reason, field from ops.value_decisions order by field"
    assert ask(decisions) == [
        ("eva", "said on the phone", "job_title"),
        ("eva", "said on the phone", "stage"),
    ]


def test_soeren_has_the_new_number(day):
    after = day.after(SOREN)
    assert (after["phone"], after["phone_source"]) == ("+494066969555", "hubspot")
    old = day.before[SOREN]["phone"]
    assert day.changes(SOREN) == {("phone", old, "+494066969555", "source")}


def test_zoes_title_makes_no_old_phone_new(day):
    after = day.after(ZOE)
    assert (after["phone"], after["phone_source"]) == ("+493023125774", "hubspot")
    assert day.changes(ZOE) == {("job_title", "Head of Platform", "Chief Platform Officer", "source")}


def test_quillstone_has_a_new_owner(day):
    query = (
        "select account_owner, account_owner_source from marts.companies "
        "join marts.company_sources using (company_id) where source_record_id = ?"
    )
    assert day.world.published.rows(query, QUILLSTONE) == [(MARCUS, "salesforce")]


def test_cordelias_question_is_settled(day):
    assert day.changes(CORDELIA) == {
        ("account_owner", day.before[CORDELIA]["account_owner"], MARCUS, "source")
    }
    open_items = "select count(*) from marts.review_queue where customer_id = ? and field = 'account_owner'"
    assert day.world.published.one(open_items, day.before[CORDELIA]["customer_id"]) == 0


def test_nikolai_stays_who_he_was(day):
    after = day.after(NIKOLAI)
    assert after["customer_id"] == day.before[NIKOLAI]["customer_id"]
    assert after["first_seen_at"] == day.before[NIKOLAI]["first_seen_at"]
    assert {name for name, _, _ in day.records(NIKOLAI)} == {"Lead", "contacts"}
    assert (after["lifecycle_stage"], after["job_title_source"]) == ("marketingqualifiedlead", "salesforce")
    assert {cause for *_, cause in day.changes(NIKOLAI)} == {"identity"}


def test_priyankas_new_contact_is_hers(day):
    assert day.after(PRIYANKA)["customer_id"] == day.before[PRIYANKA]["customer_id"]
    assert sorted(name for name, _, _ in day.records(PRIYANKA)) == ["Contact", "Lead", "contacts"]


def test_lieselotte_is_not_mailed_any_more(day):
    after = day.after(LIESELOTTE)
    assert (after["email_opted_out"], after["email_opted_out_source"]) == (True, "hubspot")
    assert day.changes(LIESELOTTE) == {("email_opted_out", "false", "true", "source")}
    mailed = "select count(*) from marts.marketable_customers where customer_id = ?"
    assert day.world.published.one(mailed, after["customer_id"]) == 0


def test_anneliese_lives_on_in_salesforce(day):
    after = day.after(ANNELIESE)
    assert ("contacts", ANNELIESE, True) in day.records(ANNELIESE)
    assert not after["is_deleted"]
    sources = {
        after[f"{name}_source"] for name, value in after.items() if f"{name}_source" in after and value
    }
    assert sources == {"salesforce"}
    assert (after["lifecycle_stage"], after["lead_score"]) == (None, None)


def test_ulrich_is_deleted(day):
    assert day.after(ULRICH)["is_deleted"]
    assert day.records(ULRICH) == {("Contact", ULRICH, True)}
    assert day.changes(ULRICH, "is_deleted") == {("is_deleted", "false", "true", "source")}


def test_cosima_is_one_and_her_younger_id_an_alias(day):
    old, kept = day.before[COSIMA_AT_HOME]["customer_id"], day.before[COSIMA]["customer_id"]
    assert old != kept
    after = day.after(COSIMA)["customer_id"]
    retired = ({old, kept} - {after}).pop()
    assert day.after(COSIMA_AT_HOME)["customer_id"] == after
    aliases = day.world.published.rows(
        "select old_customer_id, customer_id, retired_at = started_at "
        "from marts.customer_aliases, ops.sync_runs where sync_id = ?",
        day.report["sync_id"],
    )
    assert aliases == [*((*row[:2], False) for row in day.aliases), (retired, after, True)]
    gone = "select count(*) from marts.customers where customer_id = ?"
    assert day.world.published.one(gone, retired) == 0
    asked = json.loads(day.world.canon("explain", retired, "email", "--as-json").stdout)
    assert asked["customer_id"] == after
    born = day.before[COSIMA]["first_seen_at"], day.before[COSIMA_AT_HOME]["first_seen_at"]
    assert day.after(COSIMA)["first_seen_at"] == min(born)


def test_amara_becomes_a_customer(day):
    assert day.after(AMARA)["lifecycle_stage"] == "customer"
    assert day.changes(AMARA) == {("lifecycle_stage", "opportunity", "customer", "source")}


def test_the_lanternfield_deal_is_won(day):
    query = (
        "select stage, stage_source, is_won, is_closed from marts.deals "
        "join marts.deal_sources using (deal_id) where source_record_id = ?"
    )
    assert day.world.published.rows(query, LANTERNFIELD_DEAL) == [("Closed Won", "salesforce", True, True)]


def test_every_change_is_dated_by_its_sync(day):
    odd = (
        "select count(*) from marts.customer_changes left join ops.sync_runs using (sync_id) "
        "where changed_at is distinct from started_at or cause not in ('source', 'identity', 'override')"
    )
    assert day.world.published.one(odd) == 0
    moved = (
        "select count(*) from marts.customers join ops.sync_runs on changed_at = started_at where sync_id = ?"
    )
    people = (
        "select count(distinct customer_id) from marts.customer_changes "
        "join marts.customers using (customer_id) where sync_id = ?"
    )
    sync_id = day.report["sync_id"]
    assert day.world.published.one(moved, sync_id) == day.world.published.one(people, sync_id) > 9


def test_a_word_that_is_taken_back_is_undone_by_a_delta_in_which_nothing_else_happens(day):
    whose = day.steward["customer_id"]
    done = day.world.canon(
        "review", "withdraw", whose, "job_title", "--reason", "a mistake", "--actor", "eva"
    )
    assert done.returncode == 0, done.stderr
    report = day.world.sync()

    assert report.build.reason == "what changed since the last one"
    ask = day.world.published.rows
    title = "select job_title, job_title_source from marts.customers where customer_id = ?"
    assert ask(title, whose) == [(day.steward["title"], day.steward["source"])]
    changed = (
        "select customer_id, field, old_value, new_value, cause from marts.customer_changes where sync_id = ?"
    )
    assert ask(changed, report.sync_id) == [(whose, "job_title", TITLE, day.steward["title"], "override")]
