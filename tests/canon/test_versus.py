"""Why two records are one customer, or why they are not: chains, dropped links, shared values, decisions."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from canon import cli
from canon.errors import CustomerUnknown, NothingPublished, UsageError
from canon.find import Record
from canon.links import Link, strongest_chain
from canon.versus import Versus, explain_versus
from canon.versus_page import page


class Copy:
    """The published copy, with people added to it by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, sql: str, parameters: object = None) -> None:
        with duckdb.connect(str(self.path)) as con:
            con.execute(sql, parameters)

    def person(self, customer_id: str, *records: str, deleted: tuple[str, ...] = (), email: str = "") -> None:
        self.run("insert into marts.customers (customer_id, is_deleted) values (?, false)", [customer_id])
        for key in records:
            row = [customer_id, *key.split(":", 2), key in deleted]
            columns = "customer_id, source, object, source_record_id, is_deleted"
            self.run(f"insert into marts.customer_sources ({columns}) values (?, ?, ?, ?, ?)", row)
            address = [*row, email or None]
            self.run(
                f"insert into marts.customer_candidates ({columns}, email) values (?, ?, ?, ?, ?, ?)", address
            )

    def link(
        self,
        one: str,
        other: str,
        rule: str = "email",
        status: str = "accepted",
        reason: str | None = None,
        key: str | None = None,
    ) -> None:
        tier = ("must_link", "crm_merge", "crm_link", "email", "external_id", "name_and_domain").index(rule)
        row = [*one.split(":", 2), *other.split(":", 2), tier, rule, key, status, reason]
        self.run("insert into marts.customer_links values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def versus(self, one: str, other: str) -> Versus:
        return explain_versus(self.path, one, other)


@pytest.fixture
def copy(published: Path) -> Copy:
    return Copy(published)


A, B, C, D = "hubspot:contacts:1", "salesforce:Contact:2", "salesforce:Lead:3", "hubspot:contacts:4"


def steps(found: Versus) -> list[tuple[str, str, str]]:
    return [(each.match_rule, *(end.key for end in each.ends)) for each in found.path]


def text_of(found: Versus, width: int = 80) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        console.print(page(found))
    return captured.get()


def test_two_records_of_one_person_show_the_link_between_them(copy: Copy):
    found = copy.versus("hubspot:501", "salesforce:003000000000001")
    assert found.is_one
    assert steps(found) == [("email", "hubspot:contacts:501", "salesforce:Contact:003000000000001AAA")]
    assert (found.path[0].tier, found.path[0].match_key, found.path[0].status) == (3, "f00d", "accepted")
    assert (found.links, found.shared, found.decisions, found.questions) == ((), (), (), ())


def test_a_chain_is_told_link_by_link_from_the_one_to_the_other(copy: Copy):
    copy.person("c-x", A, B, C, D)
    copy.link(A, B)
    copy.link(C, B, "crm_merge")
    copy.link(D, C, "external_id")
    assert steps(copy.versus("hubspot:1", D)) == [("email", A, B), ("crm_merge", B, C), ("external_id", C, D)]
    assert steps(copy.versus(D, A)) == [("external_id", D, C), ("crm_merge", C, B), ("email", B, A)]


def test_of_two_ways_the_shortest_is_told_and_of_equals_the_strongest(copy: Copy):
    copy.person("c-x", A, B, C, D)
    copy.link(A, B, "crm_link")
    copy.link(B, D, "external_id")
    copy.link(A, C)
    copy.link(C, D)
    assert steps(copy.versus(A, D)) == [("email", A, C), ("email", C, D)]
    copy.link(A, D, "name_and_domain")
    copy.link(A, D, "external_id")
    assert steps(copy.versus(A, D)) == [("external_id", A, D)]


def test_what_does_not_count_is_no_step_but_is_told(copy: Copy):
    copy.person("c-x", A, B, C)
    copy.link(A, B, "name_and_domain", "demoted", "they have two addresses at one company")
    copy.link(A, C)
    copy.link(B, C)
    copy.link(A, "salesforce:Contact:gone", "crm_link")
    found = copy.versus(A, B)
    assert steps(found) == [("email", A, C), ("email", C, B)]
    assert [each.status for each in found.links] == ["demoted"]
    assert "Links between them that do not count" in text_of(found)


def test_a_customer_against_one_of_its_records_shows_what_holds_that_record(copy: Copy):
    copy.person("c-x", A, B, C)
    copy.link(A, B)
    copy.link(B, C, "crm_merge")
    assert steps(copy.versus("c-x", C)) == [("crm_merge", B, C)]
    assert steps(copy.versus(A, "c-x")) == [("email", A, B)]


def test_the_same_record_or_customer_twice_says_so(copy: Copy):
    for other in ("hubspot:501", "hubspot:contacts:501"):
        found = copy.versus("hubspot:501", other)
        assert (found.is_one, found.path) == (True, ())
    assert "Both mean the same records" in text_of(copy.versus("c-ada", "c-ada"))


def test_an_address_means_the_records_that_have_it(copy: Copy):
    copy.person("c-x", A, B, email="old@x.example")
    copy.run("update marts.customer_candidates set email = 'new@x.example' where source_record_id = '2'")
    copy.link(A, B, "external_id")
    found = copy.versus("OLD@x.example", "new@x.example")
    assert steps(found) == [("external_id", A, B)]
    assert [each.record.key for each in found.one.records] == [A]


def test_a_retired_id_means_the_records_that_it_had(copy: Copy):
    copy.person("c-x", A, B, C)
    copy.link(A, B)
    copy.link(B, C, "crm_merge")
    copy.run("insert into marts.customer_aliases values ('c-was', 'c-x', now()::timestamp, 'joined')")
    assert copy.versus("c-was", "c-x").path == (), "the snapshot does not tell"
    copy.run("alter table snapshots.customers_snapshot add column members varchar")
    copy.run(
        "insert into snapshots.customers_snapshot (customer_id, members, dbt_valid_from) values "
        f"('c-was', '{A}', timestamp '2026-01-01'), ('c-was', '{A} {B}', timestamp '2026-01-02')"
    )
    assert steps(copy.versus("c-was", "c-x")) == [("crm_merge", B, C)]
    assert steps(copy.versus("c-x", "c-was")) == [("crm_merge", C, B)]
    assert not copy.versus("c-was", "c-bob").is_one


def test_deleted_records_are_links_of_the_chain_and_marked(copy: Copy):
    copy.person("c-x", A, B, C, deleted=(B,))
    copy.link(A, B)
    copy.link(B, C)
    found = copy.versus(A, C)
    assert [link.ends[1].key for link in found.path] == [B, C]
    assert f"{B}   deleted" in text_of(found)
    assert found.deleted == (B,)
    copy.person("c-y", D, deleted=(D,))
    assert f"{D}   deleted" in text_of(copy.versus(A, D))


def test_every_link_that_does_not_count_is_told_between_two_customers(copy: Copy):
    copy.person("c-x", A, B)
    copy.person("c-y", C, D)
    copy.link(A, C, "crm_link", "refused", "several records say that they are this one")
    copy.link(D, B, "email", "demoted", "the names contradict each other", key="abcdef1234")
    copy.link(A, B)
    copy.link(A, "hubspot:contacts:501", "email", "demoted", "not asked about")
    found = copy.versus(A, C)
    assert not found.is_one
    assert [each.record.key for each in found.one.records] == [A, B]
    assert [(each.match_rule, each.status) for each in found.links] == [
        ("crm_link", "refused"),
        ("email", "demoted"),
    ]
    told = text_of(found)
    assert "refused: several records say that they are this one" in told
    assert "demoted: the names contradict each other" in told
    assert "not asked about" not in told
    assert explain_versus(copy.path, C, A).links == found.links


def test_a_blocked_value_is_told_though_its_links_go_to_a_third(copy: Copy):
    for customer, record in (("c-x", A), ("c-y", B), ("c-z", C)):
        copy.person(customer, record)
        copy.link(record, A, "email", "blocked", "names a desk and not a person", key="beef")
    (shared,) = copy.versus(B, C).shared
    assert (shared.record, shared.other_record, shared.match_key) == (B, C, "beef")
    assert (shared.status, shared.reason) == ("blocked", "names a desk and not a person")
    found = copy.versus(A, C)
    assert ([each.status for each in found.links], found.shared) == (["blocked"], ())


def test_names_that_contradict_each_other_on_one_address_are_told(copy: Copy):
    copy.person("c-john", A, B)
    copy.person("c-mary", C, D)
    copy.link(A, B, key="f1")
    copy.link(D, C, key="f1")
    (shared,) = copy.versus("c-john", "c-mary").shared
    assert (shared.match_rule, shared.match_key, shared.status) == ("email", "f1", None)
    assert shared.reason == "the names contradict each other"
    assert "not linked: the names contradict each other" in text_of(copy.versus(A, C), 120)


def test_an_address_on_which_everybody_is_alone_is_found_without_a_link(copy: Copy):
    copy.person("c-john", A, email="desk@x.example")
    copy.person("c-mary", C, email="Desk@x.example")
    found = copy.versus(A, C)
    (shared,) = found.shared
    assert (shared.record, shared.other_record, shared.match_key, shared.status) == (A, C, None, None)
    copy.link(C, D, "email", "refused", "the name fits several people who share this value", key="f1")
    (shared,) = copy.versus(A, C).shared
    assert (shared.status, shared.match_key) == ("refused", None)
    assert "the name fits several people" in shared.reason
    assert "desk@" not in json.dumps(found.as_json(), default=str).lower()


def test_two_people_with_nothing_in_common_are_told_so(copy: Copy):
    found = copy.versus("c-ada", "c-bob")
    assert (found.links, found.shared, found.decisions, found.questions) == ((), (), (), ())
    told = " ".join(text_of(found).split())
    assert "they have no CRM link, e-mail address, external id or name at a company in common" in told


def test_decisions_that_hold_come_with_actor_reason_and_date(copy: Copy):
    pair = ("hubspot:contacts:502", "salesforce:Contact:003000000000003AAA")
    for number, (kind, actor) in enumerate([("must_link", "bob"), ("cannot_link", "ann")]):
        copy.run(
            "insert into ops.identity_decisions values (?, 'customer', ?, ?, ?, null, ?, 'two brothers', ?)",
            [str(number), kind, *pair, actor, f"2026-11-2{number} 10:00:00"],
        )
    found = copy.versus("c-cy", "c-bob")
    assert [(each.kind, each.actor) for each in found.decisions] == [("cannot_link", "ann")]
    assert "kept apart, says ann on 2026-11-21 10:00 UTC: two brothers" in text_of(found, 120)
    assert copy.versus("c-cy", "c-ada").decisions == ()
    copy.run(
        "insert into ops.identity_decisions "
        "values ('2', 'customer', 'withdrawn', ?, ?, null, 'ann', 'x', now())",
        pair,
    )
    assert copy.versus("c-cy", "c-bob").decisions == ()
    copy.run("drop table ops.identity_decisions")
    assert copy.versus("c-cy", "c-bob").decisions == ()


def test_a_stewards_link_is_told_with_who_made_it(copy: Copy):
    copy.person("c-x", A, B)
    copy.link(A, B, "must_link")
    copy.run(
        "insert into ops.identity_decisions "
        "values ('d', 'customer', 'must_link', ?, ?, null, 'ann', 'rang', now())",
        [A, B],
    )
    told = text_of(copy.versus(B, A), 120)
    assert "must_link   tier 0   accepted" in told
    assert "one customer, says ann" in told


def test_an_open_question_about_the_two_is_told(copy: Copy):
    (question,) = copy.versus("c-cy", "hubspot:501").questions
    assert (question.item_id, question.kind) == ("r2", "identity")
    said = text_of(copy.versus("c-cy", "hubspot:502"))
    assert "the name fits several people" in said
    assert "canon review accept r2" in said
    assert "No link between them" not in said


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_page_keeps_to_the_width(copy: Copy, width: int):
    for one, other in (("hubspot:501", "c-ada"), ("c-cy", "c-bob"), ("c-ada", "c-bob")):
        assert max(len(line) for line in text_of(copy.versus(one, other), width).splitlines()) <= width


def test_unknown_names_are_refused_as_explain_refuses_them(copy: Copy, published: Path):
    with pytest.raises(CustomerUnknown, match="No customer has the hubspot record '999'"):
        copy.versus("c-ada", "hubspot:999")
    with pytest.raises(CustomerUnknown, match="has that e-mail address"):
        copy.versus("nobody@x.example", "c-ada")
    copy.run("drop table marts.customer_links")
    with pytest.raises(NothingPublished, match=r"lacks marts\.customer_links"):
        copy.versus("c-ada", "c-bob")


def told(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["explain", *arguments])


def test_json_has_exactly_the_public_shape(published: Path):
    done = told("hubspot:501", "--versus", "salesforce:Contact:003000000000001AAA", "--as-json")
    found = json.loads(done.stdout)
    assert list(found) == [
        *("is_one", "one", "other", "path", "links", "shared", "decisions", "questions", "deleted"),
    ]
    assert found["one"] == {
        "customer_id": "c-ada",
        "records": [
            {"source": "hubspot", "object": "contacts", "source_record_id": "501", "is_deleted": False}
        ],
    }
    assert list(found["path"][0]) == [
        *("source", "object", "source_record_id", "other_source", "other_object", "other_source_record_id"),
        *("tier", "match_rule", "match_key", "status", "reason"),
    ]


def test_the_page_is_printed_and_what_versus_cannot_tell_is_refused(published: Path):
    assert told("hubspot:501", "--versus", "c-bob").stdout.startswith("Two customers: c-ada and c-bob")
    for more in (("phone",), ("--as-of", "2026-11-03")):
        refused = told("c-ada", *more, "--versus", "c-bob", "--as-json")
        assert isinstance(refused.exception, UsageError)
        assert json.loads(refused.stdout)["exit_code"] == 2


def test_explain_takes_a_record_with_its_object_too(published: Path):
    found = json.loads(told("hubspot:contacts:501", "--as-json").stdout)
    assert found["customer_id"] == "c-ada"
    assert list(found["links"][0]) == ["source", "object", "source_record_id", "match_rule", "is_deleted"]


def test_many_thousands_of_links_are_no_matter(copy: Copy):
    """A chain as long as the customer, and a value that 20,000 strangers share with its first record."""
    copy.run("insert into marts.customers (customer_id, is_deleted) values ('c-long', false)")
    copy.run(
        "insert into marts.customer_sources (customer_id, source, object, source_record_id, is_deleted) "
        "select 'c-long', 'hubspot', 'contacts', 'n' || i, false from range(3000) as numbers (i)"
    )
    copy.run(
        "insert into marts.customer_links select 'hubspot', 'contacts', 'n' || (i + 1), "
        "'hubspot', 'contacts', 'n' || i, 3, 'email', 'k' || i, 'accepted', null "
        "from range(2999) as numbers (i)"
    )
    copy.run(
        "insert into marts.customer_links select 'hubspot', 'contacts', 's' || i, "
        "'hubspot', 'contacts', 'n0', 3, 'email', 'beef', 'blocked', 'shared by too many' "
        "from range(20000) as numbers (i)"
    )
    copy.person("c-one", "hubspot:contacts:s7")
    started = time.monotonic()
    assert len(copy.versus("hubspot:n0", "hubspot:n2999").path) == 2999
    found = copy.versus("hubspot:n5", "hubspot:s7")
    assert [(each.status, each.reason) for each in found.links] == [("blocked", "shared by too many")]
    assert "and 2980 more; --as-json has them all" in text_of(found)
    assert time.monotonic() - started < 300, "seconds, where every pair would be hours"


def test_a_chain_is_the_same_whatever_the_order_of_the_links():
    names = [Record("s", "o", name) for name in "abcde"]
    a, b, c, d, e = names
    links = [
        Link(*one, *other, 3, "email", key, "accepted", None)
        for one, other, key in ((a, b, "1"), (b, e, "2"), (a, c, "3"), (c, e, "4"), (a, d, "5"), (d, d, "6"))
    ]
    found = strongest_chain(links, [a], [e])
    assert found == strongest_chain(links[::-1], [a], [e])
    assert [link.match_key for link in found] == ["1", "2"]
    assert strongest_chain(links, [a], [Record("s", "o", "z")]) == ()


def test_it_needs_no_heavy_library(published: Path):
    script = (
        "import sys; from canon.cli import app; "
        "app(['explain', 'c-ada', '--versus', 'c-bob'], standalone_mode=False); "
        "heavy = {'dlt', 'dbt', 'great_expectations', 'pandas', 'pyarrow', 'networkx'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
