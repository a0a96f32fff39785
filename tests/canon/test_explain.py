"""Explanations: who wins, why the others lost, what was, and what would change it."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from canon.errors import CustomerUnknown, NothingPublished, UsageError
from canon.explain import explain, parse_as_of
from canon.explain_page import page
from canon.explained import FieldExplanation
from canon.flips import Standing, flips_if
from canon.flips_by_time import Holder, flips_by_time
from canon.verdicts import Line, judged

COMMAND = [sys.executable, "-c", "from canon.cli import main; main()", "explain"]


def one(published: Path, field: str, wanted: str = "c-ada") -> FieldExplanation:
    (found,) = explain(published, wanted, field).fields
    return found


@pytest.mark.parametrize(
    "wanted",
    [
        "c-ada",
        "c-old",
        "Ada@Lovelace.example",
        "hubspot:501",
        "salesforce:003000000000001AAA",
        "salesforce:003000000000001",
    ],
)
def test_a_person_is_found_by_id_alias_address_and_record(published: Path, wanted: str):
    assert explain(published, wanted).entity_id == "c-ada"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("nobody@example.org", "No customer and no record of one has that e-mail address"),
        ("hubspot:999", "No customer has the hubspot record '999'"),
        ("marketo:1", "There is no system 'marketo'"),
        ("c-none", "Give a customer_id, an e-mail address, or system:record_id"),
    ],
)
def test_an_unknown_person_gets_a_message_that_helps(published: Path, wanted: str, says: str):
    with pytest.raises(CustomerUnknown, match=says) as caught:
        explain(published, wanted)
    assert "nobody@" not in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "whose"),
    [
        ("company:co-engine", ("company", "co-engine")),
        ("co-engine", ("company", "co-engine")),
        ("company:Engine.example", ("company", "co-engine")),
        ("engine.example", ("company", "co-engine")),
        ("company:hubspot:501", ("company", "co-engine")),
        ("hubspot:companies:501", ("company", "co-engine")),
        ("salesforce:001000000000001", ("company", "co-engine")),
        ("deal:d-tables", ("deal", "d-tables")),
        ("salesforce:006000000000001AAA", ("deal", "d-tables")),
        ("hubspot:501", ("customer", "c-ada")),
        ("customer:c-ada", ("customer", "c-ada")),
    ],
)
def test_a_company_or_deal_is_found_too_and_people_come_first(
    published: Path, wanted: str, whose: tuple[str, str]
):
    found = explain(published, wanted)
    assert (found.entity, found.entity_id) == whose


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("company:nobody.example", "There is no company 'nobody.example'. Give a company_id, a domain, or"),
        ("deal:nothing", "There is no deal 'nothing'. Give a deal_id, or system:record_id"),
        ("deal:hubspot:501", "There is no system 'hubspot'"),
        ("company:salesforce:002", "No company has the salesforce record '002'"),
    ],
)
def test_an_unknown_company_or_deal_gets_a_message_that_helps(published: Path, wanted: str, says: str):
    with pytest.raises(CustomerUnknown, match=says):
        explain(published, wanted)


def test_a_domain_of_two_companies_is_asked_about(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "insert into marts.companies by name select * replace ('co-2' as company_id) from marts.companies"
        )
    with pytest.raises(CustomerUnknown, match="2 companies go by that: co-2, co-engine"):
        explain(published, "engine.example")


def test_a_company_is_explained_as_a_person_is(published: Path):
    found = explain(published, "company:co-engine")
    assert [each.field for each in found.fields] == ["name", "domain"]
    name = found.fields[0]
    assert [(each.source, each.value, each.eliminated_by) for each in name.candidates] == [
        ("salesforce", "Engine Ltd", None),
        ("hubspot", "Engines", "lower_rank"),
    ]
    assert [(each.old_value, each.new_value, each.cause) for each in name.history] == [
        ("Engines", "Engine Ltd", "source")
    ]
    (then,) = explain(published, "company:co-engine", "name", datetime(2026, 11, 5)).fields
    assert (then.value, then.source) == ("Engines", "hubspot")
    with pytest.raises(UsageError, match="Fields of a company: name, domain"):
        explain(published, "company:co-engine", "phone")
    with pytest.raises(CustomerUnknown, match="Company co-engine was not known at 2026-10-01"):
        explain(published, "company:co-engine", as_of=datetime(2026, 10, 1))


def test_the_page_of_a_deal_says_so(published: Path):
    plain = Console(width=120, force_terminal=False)
    with plain.capture() as captured:
        plain.print(page(explain(published, "deal:d-tables"), 120))
    assert captured.get().startswith("deal d-tables   policy p1")
    assert "Records of this deal" in captured.get()


def test_a_copy_of_an_older_canon_still_explains_people(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute("drop table marts.company_changes")
    assert explain(published, "c-ada").entity_id == "c-ada"
    for wanted in ("company:co-engine", "engine.example"):
        with pytest.raises(NothingPublished, match=r"lacks marts.company_changes. Run canon sync"):
            explain(published, wanted)


def test_every_owned_field_is_explained_in_the_order_of_the_policy(published: Path):
    names = [each.field for each in explain(published, "c-ada").fields]
    assert names == ["email", "phone", "job_title", "lead_score", "email_opted_out"]


def test_the_winner_comes_first_and_alone_has_no_reason(published: Path):
    phone = one(published, "phone")
    assert [(each.source, each.eliminated_by) for each in phone.candidates] == [
        ("hubspot", None),
        ("salesforce", "older"),
    ]
    assert phone.candidates[0].value == phone.value == "+442071234567"


def test_agreement_and_blanks_are_told_apart_from_disagreement(published: Path):
    assert [each.eliminated_by for each in one(published, "email").candidates] == [None, "same_value"]
    assert [each.eliminated_by for each in one(published, "lead_score").candidates] == [None, "blank"]
    assert one(published, "lead_score").value == "42.0"


def test_a_field_that_nobody_fills_has_no_winner(published: Path):
    phone = one(published, "phone", "c-bob")
    assert (phone.value, phone.source) == (None, None)
    assert [each.eliminated_by for each in phone.candidates] == ["blank"]
    assert phone.flips_if == ("if salesforce or hubspot stated a value",)


def test_history_and_flips_are_told(published: Path):
    phone = one(published, "phone")
    assert [(each.old_value, each.new_value, each.cause, each.sync_id) for each in phone.history] == [
        ("+15551230000", "+442071234567", "source", "s2")
    ]
    assert phone.flips_if[0] == "if salesforce's value changed later than 2026-11-20 10:00"


@pytest.mark.parametrize(
    ("rule", "source", "value", "expected"),
    [
        ("source_priority", "salesforce", "x", ["if salesforce changed it", "if salesforce cleared it"]),
        (
            "source_priority",
            "hubspot",
            "x",
            ["if salesforce stated a value", "if hubspot changed it", "if hubspot cleared it"],
        ),
        ("owner_only", "salesforce", "x", ["only if salesforce changed it"]),
        (
            "consent_most_restrictive",
            "hubspot",
            "true",
            ["only if no record of this person said opted out any more"],
        ),
        (
            "consent_most_restrictive",
            "hubspot",
            "false",
            ["if any record of this person said opted out"],
        ),
        ("max_value", "hubspot", "9", ["if any of salesforce or hubspot stated a higher value than 9"]),
        (
            "oldest_value",
            "hubspot",
            "9",
            [
                "if hubspot changed it",
                "if a record came in whose value has stood since before 2026-11-20 10:00",
            ],
        ),
        ("frequency", "hubspot", "9", ["if more records of salesforce or hubspot agreed on another value"]),
        ("any_true", "hubspot", "true", ["only if no record of salesforce or hubspot said true any more"]),
        ("all_true", "hubspot", "true", ["if any of salesforce or hubspot stated false"]),
        (
            "unanimous_or_null",
            "hubspot",
            "9",
            ["if any of salesforce or hubspot stated another value: then it is blank"],
        ),
        ("unanimous_or_null", None, None, ["if all records of salesforce or hubspot stated one value"]),
        (
            "consent_latest_explicit",
            "hubspot",
            "true",
            ["if any record of this person stated false later than 2026-11-20 10:00"],
        ),
        (
            "aggregation",
            "hubspot",
            "a;b",
            [
                "if any of salesforce or hubspot stated a value that is not in it",
                "if nobody stated one of its values any more",
            ],
        ),
        (
            "trust_score",
            "hubspot",
            "9",
            ["if another value were trusted more than hubspot's"],
        ),
        (
            "other_attribute_winner",
            "hubspot",
            "9",
            ["if another record won the field that this one follows", "if hubspot changed it"],
        ),
        (
            "by_moon_phase",
            "hubspot",
            "9",
            ["if the records changed so that by_moon_phase preferred another value"],
        ),
    ],
)
def test_what_would_flip_a_field_follows_from_its_rule(
    rule: str, source: str | None, value: str | None, expected: list[str]
):
    standing = Standing(rule, ("salesforce", "hubspot"), source, value, "2026-11-20 10:00", contested=True)
    assert flips_if(standing) == expected


def test_sources_of_one_rank_flip_by_time() -> None:
    standing = Standing(
        "source_priority",
        ("product", "salesforce", "hubspot"),
        "hubspot",
        "x",
        "2026-11-20 10:00",
        False,
        ("salesforce",),
    )
    assert flips_if(standing) == [
        "if product stated a value",
        "if salesforce's value changed later than 2026-11-20 10:00",
        "if hubspot changed it",
    ]


def test_everybody_who_contributed_to_a_set_has_won() -> None:
    row = {"field": "interests", "rule": "aggregation", "value": "a;b", "source": "hubspot;salesforce"}
    row |= {
        "object": None,
        "source_record_id": None,
        "contributors": "hubspot:contacts:1 salesforce:Contact:2",
    }
    said = [
        ("hubspot", "contacts", "1", "a"),
        ("salesforce", "Contact", "2", "b"),
        ("product", "users", "3", "a"),
    ]
    names = ("source", "object", "source_record_id", "value")
    more = {"changed_at": None, "clock": None, "is_deleted": False}
    candidates = [{**dict(zip(names, each, strict=True)), **more} for each in said]
    found = judged(row, Line("aggregation", (("hubspot", "salesforce", "product"),), {}), candidates, {})
    assert [each.eliminated_by for each in found] == [None, None, "same_value"]


def test_as_of_replays_what_was_believed(published: Path):
    then = explain(published, "c-ada", "phone", datetime(2026, 11, 5))
    (phone,) = then.fields
    assert (then.policy_version, phone.value, phone.source) == ("p0", "+15551230000", "salesforce")
    assert (phone.rule, phone.history, phone.flips_if) == (None, (), ())
    (later,) = explain(published, "c-ada", "phone", datetime(2026, 11, 21)).fields
    assert (later.value, later.rule, len(later.history)) == ("+442071234567", "recency", 1)


def test_before_the_first_snapshot_the_person_was_not_known(published: Path):
    with pytest.raises(CustomerUnknown, match="was not known at 2026-10-01"):
        explain(published, "c-ada", as_of=datetime(2026, 10, 1))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03", datetime(2026, 11, 3, 23, 59, 59, 999999)),
        ("2026-11-03T12:00", datetime(2026, 11, 3, 12)),
        ("2026-11-03T12:00:00+02:00", datetime(2026, 11, 3, 10)),
    ],
)
def test_a_time_without_a_zone_is_utc_and_a_date_means_its_end(text: str, moment: datetime):
    assert parse_as_of(text) == moment


def test_a_time_that_is_none_is_refused():
    with pytest.raises(UsageError, match="ISO 8601"):
        parse_as_of("last tuesday")


def test_an_unknown_field_lists_the_known_ones(published: Path):
    with pytest.raises(UsageError, match="email, phone, job_title"):
        explain(published, "c-ada", "shoe_size")


def test_without_a_published_copy_the_message_says_what_to_run(tmp_path: Path):
    with pytest.raises(NothingPublished, match="Run canon sync"):
        explain(tmp_path / "none.duckdb", "c-ada")


@pytest.mark.parametrize("width", [80, 140])
def test_the_page_shows_value_rule_and_loser(published: Path, width: int):
    console = Console(width=width, record=True, file=None, quiet=True)
    with console.capture():
        console.print(page(explain(published, "c-ada", "phone"), width))
    found = explain(published, "c-ada")
    plain = Console(width=width, force_terminal=False)
    with plain.capture() as captured:
        plain.print(page(found, width))
    text = captured.get()
    assert "+442071234567" in text
    assert "not +15551230000" in text
    assert "older" in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_json_has_exactly_the_public_shape(published: Path):
    done = subprocess.run(
        [*COMMAND, "company:co-engine", "--as-json"], capture_output=True, text=True, check=True
    )
    assert list(json.loads(done.stdout)) == ["company_id", "as_of", "policy_version", "links", "fields"]
    done = subprocess.run([*COMMAND, "c-ada", "--as-json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert list(found) == ["customer_id", "as_of", "policy_version", "links", "fields"]
    assert list(found["links"][0]) == ["source", "object", "source_record_id", "match_rule", "is_deleted"]
    field = next(each for each in found["fields"] if each["field"] == "phone")
    assert list(field) == [
        *("field", "value", "source", "object", "source_record_id", "rule", "changed_at", "clock"),
        *("candidates", "history", "flips_if"),
    ]
    assert list(field["candidates"][0]) == [
        *("source", "object", "source_record_id", "value", "changed_at", "clock", "eliminated_by")
    ]
    assert list(field["history"][0]) == [
        *("changed_at", "old_value", "new_value", "old_source", "new_source", "cause", "sync_id")
    ]
    assert field["changed_at"] == "2026-11-20T10:00:00Z"
    assert done.stderr == ""


def test_explaining_needs_no_heavy_library(published: Path):
    script = (
        "import sys; from canon.cli import app; "
        "[app(['explain', each], standalone_mode=False) for each in ('c-ada', 'engine.example')]; "
        "heavy = {'dlt', 'dbt', 'great_expectations', 'pandas', 'pyarrow', 'jinja2'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_value_that_cannot_be_read_is_shown_as_the_source_said_it(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "update marts.customer_candidates set phone = null where source = 'salesforce'; "
            "update marts.customer_field_conflicts set status = 'invalid', source_value = 'ask for Babbage' "
            "where field = 'phone'"
        )
    (_, loser) = one(published, "phone").candidates
    assert (loser.value, loser.eliminated_by) == ("ask for Babbage", "invalid")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("not_owner", "not_owner"),
        ("stale", "older"),
        ("overruled", "lower_rank"),
        ("blank_at_owner", "blank"),
        ("merged_away", "merged_away"),
        ("format_only", "same_value"),
    ],
)
def test_what_eliminated_a_candidate_is_a_word_of_its_own(published: Path, status: str, says: str):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "update marts.customer_field_conflicts set status = ? where field = 'job_title'", [status]
        )
    assert [each.eliminated_by for each in one(published, "job_title").candidates] == [None, says]


def test_of_two_records_of_one_system_the_older_value_lost_by_age() -> None:
    row = {"field": "job_title", "rule": "source_priority", "value": "CEO", "source": "salesforce"}
    row |= {"object": "Contact", "source_record_id": "1", "changed_at": datetime(2026, 11, 2)}
    line = Line("source_priority", (("salesforce",), ("hubspot",)), {})
    names = ("source", "object", "source_record_id", "value", "changed_at")
    said = [
        ("salesforce", "Contact", "1", "CEO", datetime(2026, 11, 2)),
        ("salesforce", "Contact", "2", "CFO", datetime(2026, 11, 1)),
        ("hubspot", "contacts", "3", "CTO", datetime(2026, 11, 1)),
        ("product", "users", "4", "boss", datetime(2026, 11, 1)),
        ("hubspot", "contacts", "5", "CTO", datetime(2026, 11, 1)),
    ]
    rows = [{**dict(zip(names, each, strict=True)), "clock": None, "is_deleted": False} for each in said]
    rows[4]["is_deleted"] = True
    found = {each.source_record_id: each.eliminated_by for each in judged(row, line, rows, {})}
    assert found == {"1": None, "2": "older", "3": "lower_rank", "4": "not_owner", "5": "deleted"}


NOW = datetime(2026, 11, 20)
LINEAR = {"max": 90, "min": 10, "decay": "linear", "period": "P100D"}


@pytest.mark.parametrize(
    ("more", "expires_at", "expected"),
    [
        ({}, None, []),
        (
            {"max_age": "P30D"},
            None,
            ["after 2026-12-10 00:00, when salesforce's value is older than P30D"],
        ),
        # 90 less 0.8 a day falls below 50 after fifty days; the other one never decays
        (
            {"trust": {"salesforce": LINEAR, "hubspot": {"max": 50}}},
            None,
            ["after trust decays on 2026-12-30: then hubspot's two is trusted more"],
        ),
        # half of 100 every ten days falls below 30 after 17.4 days
        (
            {
                "trust": {
                    "salesforce": {"max": 100, "decay": "half_life", "period": "P10D"},
                    "hubspot": {"max": 30},
                }
            },
            None,
            ["after trust decays on 2026-11-27: then hubspot's two is trusted more"],
        ),
        ({"trust": {"salesforce": {"max": 60}, "hubspot": {"max": 50}}}, None, []),
        ({}, datetime(2026, 12, 1, 9), ["after 2026-12-01 09:00, when the steward's decision expires"]),
    ],
)
def test_what_time_alone_would_flip_has_its_date(
    more: dict[str, object], expires_at: datetime | None, expected: list[str]
) -> None:
    winner = Holder("salesforce", "one", datetime(2026, 11, 10))
    rival = Holder("hubspot", "two", datetime(2026, 10, 1))
    assert flips_by_time(more, NOW, winner, [rival], expires_at) == expected


def test_an_age_limit_and_an_expiring_decision_are_told_from_the_copy(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "update marts.field_ownership set parameters = ? where field = 'job_title'",
            ['{"max_age": "P30D"}'],
        )
        con.execute(
            "insert into ops.value_decisions (decision_id, entity, record_key, field, kind, value, actor, "
            "reason, decided_at, expires_at) values ('d1', 'customer', 'hubspot:contacts:501', 'phone', "
            "'override', '+1', 'eva', 'she said so', timestamp '2026-11-20', timestamp '2026-12-24 18:00')"
        )
        con.execute(
            "update marts.customer_fields set source = 'steward', object = null, source_record_id = null, "
            "rule = 'override', value = '+1' where field = 'phone' and customer_id = 'c-ada'"
        )
    title, phone = one(published, "job_title"), one(published, "phone")
    assert "after 2026-12-01 09:00, when salesforce's value is older than P30D" in title.flips_if
    assert phone.flips_if[-1] == "after 2026-12-24 18:00, when the steward's decision expires"
    assert {each.eliminated_by for each in phone.candidates} == {"overridden"}


def test_the_timeline_leads_to_the_loads(published: Path):
    versions = explain(published, "c-ada", "phone").versions
    told = [(each.source, each.old_value, each.new_value, each.is_first, each.sync_id) for each in versions]
    assert told == [
        ("hubspot", None, "+15551230000", True, "s1"),
        ("salesforce", None, "+15551230000", True, "s1"),
        ("hubspot", "+15551230000", "+442071234567", False, "s2"),
    ]
    last = versions[-1]
    assert (last.extract_id, last.mode, last.transport) == ("s2.hubspot.contacts", "delta", "search")
    assert (last.said_at, last.clock) == (datetime(2026, 11, 20, 10), "field_history")
    assert (versions[0].mode, versions[0].transport) == ("backfill", "list")
    plain = Console(width=140, force_terminal=False)
    with plain.capture() as captured:
        plain.print(page(explain(published, "c-ada", "phone"), 140))
    assert "delta search" in captured.get()
    assert "(first seen)" in captured.get()


def test_the_links_that_made_a_person_are_named(published: Path):
    found = explain(published, "c-ada")
    assert found.ties == {("salesforce", "Contact", "003000000000001AAA"): ("email with hubspot 501",)}


def test_as_of_says_who_competed_then(published: Path):
    then = explain(published, "c-ada", "phone", datetime(2026, 11, 5))
    (phone,) = then.fields
    assert [(each.source, each.value, each.eliminated_by) for each in phone.candidates] == [
        ("salesforce", "+15551230000", None),
        ("hubspot", "+15551230000", "same_value"),
    ]
    assert [each.is_first for each in then.versions] == [True, True]
    with duckdb.connect(str(published)) as con:
        con.execute("update ops.source_changes set old_value = '+1999'")
        con.execute(
            "insert into ops.policy_versions values ('p0', ?, '{}', now()::timestamp)",
            [
                json.dumps(
                    {
                        "ownership": {
                            "customer": {"phone": {"rule": "source_priority", "sources": ["salesforce"]}}
                        }
                    }
                )
            ],
        )
    (phone,) = explain(published, "c-ada", "phone", datetime(2026, 11, 5)).fields
    assert (phone.rule, phone.source_record_id, phone.clock) == (
        "source_priority",
        "003000000000001AAA",
        "record_modified",
    )
    assert [(each.value, each.eliminated_by) for each in phone.candidates] == [
        ("+15551230000", None),
        ("+1999", "not_owner"),
    ]
    assert phone.flips_if[0] == "if salesforce changed it"


def test_a_record_that_joined_later_was_not_there_then(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "create table snapshots.customer_members_snapshot as select "
            "'salesforce:Contact:003000000000001AAA' as record_key, 'c-ada' as customer_id, "
            "timestamp '2026-11-01' as dbt_valid_from, null::timestamp as dbt_valid_to"
        )
    then = explain(published, "c-ada", as_of=datetime(2026, 11, 5))
    assert [each.source for each in then.links] == ["salesforce"]
