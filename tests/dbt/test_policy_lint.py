"""What `dbt parse` says of a policy that cannot be meant: the line, the bad value and the legal ones.

The cases parse a copy of the project that has its macros and the one model that lints, since a whole parse
takes seconds. Those that other models could trip over before that one is read parse the whole project too.
"""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from canon.quiet import NO_TELEMETRY, environment
from tests.dbt.manifest import REPOSITORY

pytestmark = pytest.mark.xdist_group("dbt")

Policy = dict[str, Any]
Edit = Callable[[Policy], object]

LINTED = ("dbt_project/macros", "dbt_project/models/marts/field_ownership.sql")


def parse(root: Path, folder: Path, *arguments: str) -> str:
    """Parse the project at `root`; the message of the failure, its lines joined, or an empty text."""
    from dbt.cli.main import dbtRunner

    at = ["--project-dir", str(root), "--profiles-dir", str(REPOSITORY), "--target", "lint"]
    into = ["--target-path", str(folder), "--log-path", str(folder), "--no-partial-parse"]
    with environment({**NO_TELEMETRY, "CANON_HASH_KEY": "00" * 32}):
        outcome = dbtRunner().invoke(["parse", "--quiet", "--log-level", "none", *at, *into, *arguments])
    return "" if outcome.success else " ".join(str(outcome.exception).split())


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Edit], str]:
    """What the lint says of the project's own policy after an edit."""
    root = tmp_path_factory.mktemp("project")
    for path in LINTED:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        copies = shutil.copytree if (REPOSITORY / path).is_dir() else shutil.copy
        copies(REPOSITORY / path, root / path)
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())

    def said_of(edit: Edit) -> str:
        edited = copy.deepcopy(project)
        edit(edited["vars"])
        (root / "dbt_project.yml").write_text(yaml.safe_dump(edited, allow_unicode=True, sort_keys=False))
        return parse(root, root / "target")

    return said_of


def line(entity: str, field: str, **parts: Any) -> Edit:
    """An edit of one line of the matrix."""
    return lambda policy: policy["ownership"][entity][field].update(parts)


def source_field(system: str, object_name: str, name: str, **parts: Any) -> Edit:
    """An edit, or an addition, of one customer line of the field map."""
    return lambda policy: (
        policy["field_map"]["customer"][system][object_name].setdefault(name, {}).update(parts)
    )


RULES = (
    "aggregation, all_true, any_true, consent_latest_explicit, consent_most_restrictive, frequency, longest, "
    "max_value, min_value, monotonic, oldest_value, other_attribute_winner, owner_only, recency, shortest, "
    "source_priority, trust_score, unanimous_or_null, prefer_<system>_unless_blank, always_use_<system>, "
    "two_way, dont_sync"
)


def trusted(**trust: Any) -> Edit:
    """An edit that gives the phone to whom is trusted most; by default both systems are."""
    by_source = {"salesforce": {"max": 90}, "hubspot": {"max": 80}, **trust}
    return line("customer", "phone", rule="trust_score", trust=by_source)


def preset(rule: str, **parts: Any) -> Edit:
    """An edit that leaves the phone to a preset."""
    return lambda policy: policy["ownership"]["customer"].update(phone={"rule": rule, **parts})


SYSTEMS = "billing, commerce, esp, hubspot, product, salesforce"

CASES: dict[str, tuple[Edit, str]] = {
    "a condition on consent": (
        line("customer", "email_opted_out", when={"country": "DE"}),
        "ownership.customer.email_opted_out.when: an opt-out binds whatever else its record says; remove it.",
    ),
    "a condition that names nothing": (
        line("customer", "phone", when="customer"),
        "ownership.customer.phone.when must name fields and their values, such as "
        "{lifecycle_stage: [customer]}.",
    ),
    "a condition on a number": (
        line("customer", "phone", when={"lead_score": 5}),
        "ownership.customer.phone.when asks for lead_score, a double: only strings and booleans can be "
        "compared.",
    ),
    "a condition that nobody meets": (
        line("customer", "phone", when={"country": []}),
        "ownership.customer.phone.when.country allows no value, so that nobody ever wins: name one.",
    ),
    "a condition for half a group": (
        line("customer", "city", when={"country": "DE"}),
        "ownership.customer: 'street' and 'city' are in group 'address' and move together: "
        "give both the same rule, sources and blank.",
    ),
    "fallbacks in a circle": (
        lambda policy: [
            line("customer", "job_title", fallback="lead_source")(policy),
            line("customer", "lead_source", fallback="job_title")(policy),
        ],
        "ownership.customer.job_title falls back to itself: job_title → lead_source → job_title. "
        "Remove one of these fallbacks.",
    ),
    "a fallback of another type": (
        line("customer", "job_title", fallback="lead_score"),
        "ownership.customer.job_title.fallback: job_title is a string, lead_score a double: "
        "name a field of the same type.",
    ),
    "a fallback of a group's member": (
        line("customer", "city", fallback="state"),
        "ownership.customer: 'street' and 'city' are in group 'address' and move together: "
        "give both the same rule, sources and blank.",
    ),
    "a fallback beside a blank that stands": (
        line("customer", "lead_status", blank="keep_blank", fallback="lead_source"),
        "ownership.customer.lead_status.fallback never comes to bear where a blank stands: "
        "write `blank: fall_through`, or remove it.",
    ),
    "unknown validation": (
        line("customer", "phone", validate="drop"),
        "ownership.customer.phone.validate must be one of null, flag, quarantine; it says 'drop'.",
    ),
    "a text that cannot stand": (
        line("customer", "lead_score", validate="flag"),
        "ownership.customer.lead_score.validate is flag, which lets a text stand that is no double: "
        "write `validate: quarantine`.",
    ),
    "an address that may be none": (
        line("customer", "email", validate="flag"),
        "ownership.customer.email.validate is flag, which lets a text stand that is no e-mail address, and "
        "people are identified by these: write `validate: quarantine`.",
    ),
    "unknown end of an override": (
        line("customer", "phone", override="forever"),
        "ownership.customer.phone.override must be one of always, until_source_changes; it says 'forever'.",
    ),
    "a picklist of another record": (
        lambda policy: policy["field_map"]["customer"]["hubspot"]["contacts"]["hubspot_owner_id"].update(
            normalize="picklist"
        ),
        "field_map.customer.hubspot.contacts.hubspot_owner_id.normalize is picklist, which names a text of "
        "the record itself: write `type: string`, and neither `through` nor `else`.",
    ),
    "unknown rule": (
        line("customer", "phone", rule="newest"),
        f"ownership.customer.phone.rule must be one of {RULES}; it says 'newest'.",
    ),
    "no rule": (
        lambda policy: policy["ownership"]["company"]["name"].pop("rule"),
        f"ownership.company.name.rule must be one of {RULES}; it says ''.",
    ),
    "unknown source": (
        line("customer", "phone", sources=["salesforce", "hubspotx"]),
        f"ownership.customer.phone.sources must be one of {SYSTEMS}; it says 'hubspotx'.",
    ),
    "no source": (
        line("deal", "stage", sources=[]),
        "ownership.deal.stage has no owner: add `sources: [first, …]`.",
    ),
    "unknown blank policy": (
        line("customer", "phone", blank="skip"),
        "ownership.customer.phone.blank must be one of fall_through, keep_blank, clear; it says 'skip'.",
    ),
    "mapped field that nobody owns": (
        source_field("hubspot", "contacts", "favourite_colour", to="colour", type="string"),
        "field_map.customer.hubspot.contacts.favourite_colour fills 'colour', which nobody owns. "
        "Add a line ownership.customer.colour with its rule and sources.",
    ),
    "owned field that nothing fills": (
        lambda policy: policy["ownership"]["customer"].update(
            colour={"rule": "recency", "sources": ["hubspot"]}
        ),
        "ownership.customer.colour has no line in field_map.customer. "
        "Map at least one source field to it, so that its type is known.",
    ),
    "misspelt key in the matrix": (
        line("customer", "phone", blnk="keep_blank"),
        "A key of ownership.customer.phone must be one of rule, sources, blank, group, order, trust, "
        "follows, max_age, when, fallback, validate, needs_review, override, steward, why; it says 'blnk'.",
    ),
    "unknown normaliser": (
        lambda policy: policy["field_map"]["customer"]["hubspot"]["contacts"]["phone"].update(
            normalize="fone"
        ),
        "field_map.customer.hubspot.contacts.phone.normalize must be one of email, phone, domain, list, "
        "lower, picklist; it says 'fone'.",
    ),
    "two fields of an object for one field": (
        lambda policy: policy["field_map"]["customer"]["salesforce"]["Contact"].update(
            MobilePhone={"to": "phone", "type": "string", "normalize": "phone"}
        ),
        "field_map.customer.salesforce.Contact.MobilePhone fills 'phone', which another field of Contact "
        "fills already. Keep one of the two lines.",
    ),
    "consent that leaves a system out": (
        line("customer", "email_opted_out", sources=["salesforce", "hubspot"]),
        "ownership.customer.email_opted_out.sources leaves out esp, which states it in "
        "field_map.customer.esp: add it, or an opt-out there is lost.",
    ),
    "consent under another rule": (
        line("customer", "email_opted_out", rule="recency"),
        "ownership.customer.email_opted_out is consent: write `rule: consent_most_restrictive`; "
        "'recency' could lose an opt-out.",
    ),
    "monotonic without an order": (
        lambda policy: policy["ownership"]["customer"]["lifecycle_stage"].pop("order"),
        "ownership.customer.lifecycle_stage.rule is monotonic: add `order: [lowest, …, highest]`.",
    ),
    "owner_only with two sources": (
        line("customer", "lead_score", sources=["hubspot", "salesforce"]),
        "ownership.customer.lead_score.rule is owner_only: `sources` must name the one owner; it names "
        "hubspot, salesforce. For a ranked list write `rule: source_priority`.",
    ),
    "group that disagrees": (
        line("customer", "city", sources=["hubspot", "salesforce"]),
        "ownership.customer: 'street' and 'city' are in group 'address' and move together: "
        "give both the same rule, sources and blank.",
    ),
    "misspelt key of retention": (
        lambda policy: policy["retention"].update(days=90),
        "A key of retention must be one of superseded_days; it says 'days'.",
    ),
    "a retention that is no number of days": (
        lambda policy: policy["retention"].update(superseded_days=0),
        "retention.superseded_days must be a whole number from 1 on; it says '0'.",
    ),
    "misspelt line of health": (
        lambda policy: policy["health"].update(reject={"warning": 5}),
        "A line of health must be one of ",
    ),
    "a line of health that is missing": (
        lambda policy: policy["health"].pop("rejects"),
        "health.rejects is missing: write its limits, such as {warning: 5, critical: 50}, or its counts "
        "alone ({} where it has none).",
    ),
    "misspelt key of health": (
        lambda policy: policy["health"]["rejects"].update(minimum=3),
        "A key of health.rejects must be one of warning, critical, rows, objects; it says 'minimum'.",
    ),
    "a limit of health that is no number": (
        lambda policy: policy["health"]["rejects"].update(critical="half"),
        "health.rejects.critical must be a number from 0 on; it says 'half'.",
    ),
    "a warning beyond what is critical": (
        lambda policy: policy["health"]["rejects"].update(warning=50),
        "health.rejects.warning is 50, beyond the limit of critical, 40: "
        "write a smaller one, or leave it out.",
    ),
    "limits of health for an unknown system": (
        lambda policy: policy["health"]["rejects"].update(objects={"hubspt.contacts": {}}),
        f"The system of health.rejects.objects must be one of {SYSTEMS}; it says 'hubspt'.",
    ),
    "limits of health for an object where systems are judged": (
        lambda policy: policy["health"]["coverage"].update(objects={"hubspot.contacts": {}}),
        "health.coverage.objects.hubspot.contacts: this check looks at whole systems; write `hubspot`.",
    ),
    "misspelt key of identity": (
        lambda policy: policy["identity"].update(max_mails=3),
        "A key of identity must be one of role_mailboxes, plus_addressing, provider_rules, "
        "name_edit_distance, max_records, max_emails, max_records_per_key, misspelt_last_name, external_id; "
        "it says 'max_mails'.",
    ),
    "length that is no list": (
        lambda policy: policy["identity"].update(misspelt_last_name=3),
        "identity.misspelt_last_name must be a list of lengths of names, such as [3, 6]; it says '3'.",
    ),
    "second letter that may differ before the first": (
        lambda policy: policy["identity"].update(misspelt_last_name=[6, 3]),
        "identity.misspelt_last_name[1] must be a whole number from 7 on; it says '3'.",
    ),
    "unknown choice of identity": (
        lambda policy: policy["identity"].update(plus_addressing="drop"),
        "identity.plus_addressing must be one of keep, fold; it says 'drop'.",
    ),
    "limit that is no number": (
        lambda policy: policy["identity"].update(max_emails="five"),
        "identity.max_emails must be a whole number from 1 on; it says 'five'.",
    ),
    "limit that lets nobody be anybody": (
        lambda policy: policy["identity"].update(max_records=0),
        "identity.max_records must be a whole number from 1 on; it says '0'.",
    ),
    "no limit": (
        lambda policy: policy["identity"].pop("max_records_per_key"),
        "identity.max_records_per_key must be a whole number from 1 on; it says ''.",
    ),
    "external id of what is no person": (
        lambda policy: policy["identity"]["external_id"]["salesforce"].update(Account="Id__c"),
        "A key of identity.external_id.salesforce must be one of Contact, Lead; it says 'Account'.",
    ),
    "a system twice": (
        line("customer", "phone", sources=["salesforce", "hubspot", "salesforce"]),
        "ownership.customer.phone.sources names salesforce more than once: keep its first place.",
    ),
    "a shared rank under a rule without ranks": (
        line("customer", "phone", sources=[["salesforce", "hubspot"]]),
        "ownership.customer.phone.sources has a rank that systems share, which only source_priority knows: "
        "write `sources: [salesforce, hubspot]`, or `rule: source_priority`.",
    ),
    "unknown system in a shared rank": (
        line("customer", "email", sources=[["salesforce", "hubspotx"]]),
        f"ownership.customer.email.sources must be one of {SYSTEMS}; it says 'hubspotx'.",
    ),
    "an order that nobody reads": (
        line("customer", "phone", order=["a", "b"]),
        "ownership.customer.phone.order is read by the rule monotonic only: remove it, or write "
        "`rule: monotonic`.",
    ),
    "a stage twice": (
        line("customer", "lifecycle_stage", order=["lead", "customer", "lead"]),
        "ownership.customer.lifecycle_stage.order names 'lead' more than once: keep its place.",
    ),
    "trust_score without trust": (
        line("customer", "phone", rule="trust_score"),
        "ownership.customer.phone.rule is trust_score: add `trust: {salesforce: {max: 0 to 100}, …}`.",
    ),
    "trust that leaves a source out": (
        line("customer", "phone", rule="trust_score", trust={"salesforce": {"max": 90}}),
        "ownership.customer.phone.trust says nothing of hubspot: add `hubspot: {max: 0 to 100}`.",
    ),
    "trust in a source that cannot win": (
        trusted(product={"max": 90}),
        "ownership.customer.phone.trust says how far product is trusted, which `sources` does not list: "
        "list it there, or remove it here.",
    ),
    "misspelt key of trust": (
        trusted(salesforce={"max": 90, "maximum": 90}),
        "A key of ownership.customer.phone.trust.salesforce must be one of max, min, decay, period; "
        "it says 'maximum'.",
    ),
    "trust without a greatest": (
        trusted(salesforce={"min": 10}),
        "ownership.customer.phone.trust.salesforce.max must be a whole number from 0 on; it says ''.",
    ),
    "trust that grows": (
        trusted(salesforce={"max": 10, "min": 20}),
        "ownership.customer.phone.trust.salesforce goes from 10 to 20: write 0 <= min <= max <= 100.",
    ),
    "trust beyond measure": (
        trusted(salesforce={"max": 101}),
        "ownership.customer.phone.trust.salesforce goes from 101 to 0: write 0 <= min <= max <= 100.",
    ),
    "unknown decay": (
        trusted(salesforce={"max": 90, "decay": "log", "period": "P90D"}),
        "ownership.customer.phone.trust.salesforce.decay must be one of none, linear, half_life; "
        "it says 'log'.",
    ),
    "decay without a period": (
        trusted(salesforce={"max": 90, "decay": "linear"}),
        "ownership.customer.phone.trust.salesforce.period must be a duration such as P90D or PT12H; "
        "it says ''.",
    ),
    "a period that is none": (
        trusted(salesforce={"max": 90, "decay": "half_life", "period": "90 days"}),
        "ownership.customer.phone.trust.salesforce.period must be a duration such as P90D or PT12H; "
        "it says '90 days'.",
    ),
    "a period in which nothing decays": (
        trusted(salesforce={"max": 90, "period": "P90D"}),
        "ownership.customer.phone.trust.salesforce.period is never read, since nothing decays: "
        "add `decay: linear` or `decay: half_life`, or remove it.",
    ),
    "following nobody": (
        line("customer", "job_title", rule="other_attribute_winner"),
        "ownership.customer.job_title.rule is other_attribute_winner: add `follows: another field`.",
    ),
    "following a field that there is not": (
        line("customer", "job_title", rule="other_attribute_winner", follows="fax"),
        "ownership.customer.job_title.follows must be one of email, first_name,",
    ),
    "following itself": (
        line("customer", "job_title", rule="other_attribute_winner", follows="job_title"),
        "ownership.customer.job_title follows itself: job_title → job_title. "
        "Give one of them a rule that does not follow.",
    ),
    "following in a circle": (
        lambda policy: [
            line("customer", field, rule="other_attribute_winner", follows=other)(policy)
            for field, other in [("phone", "job_title"), ("job_title", "email"), ("email", "phone")]
        ],
        "ownership.customer.email follows itself: email → phone → job_title → email. "
        "Give one of them a rule that does not follow.",
    ),
    "following one's own group": (
        lambda policy: [
            line("customer", field, rule="other_attribute_winner", follows="last_name")(policy)
            for field in ("first_name", "last_name")
        ],
        "ownership.customer.first_name follows itself: first_name → last_name. "
        "Give one of them a rule that does not follow.",
    ),
    "following a set": (
        lambda policy: [
            line("customer", "lead_source", rule="aggregation")(policy),
            line("customer", "job_title", rule="other_attribute_winner", follows="lead_source")(policy),
        ],
        "ownership.customer.job_title follows 'lead_source', a set that no record wins: "
        "follow another field.",
    ),
    "following where one cannot win": (
        line("customer", "job_title", rule="other_attribute_winner", follows="lead_score"),
        "ownership.customer.job_title.sources names salesforce, which cannot win 'lead_score' and so never "
        "wins here: remove it, or add it to 'lead_score'.",
    ),
    "a set of what is no set": (
        line("customer", "lead_source", rule="aggregation"),
        "ownership.customer.lead_source.rule is aggregation: add `normalize: list` to "
        "field_map.customer.salesforce.Contact.LeadSource, so that a value with `;` in it is a "
        "set there too.",
    ),
    "the length of a number": (
        line("deal", "amount", rule="longest", group=None),
        "ownership.deal.amount.rule is longest, which decides a string; field_map says double. "
        "Write another rule, or `type: string` there.",
    ),
    "the greatest boolean": (
        line("deal", "is_won", rule="max_value"),
        "ownership.deal.is_won is a boolean: write `rule: any_true` instead of max_value.",
    ),
    "the longest member of a group": (
        lambda policy: [
            line("customer", field, rule="longest")(policy)
            for field in ("street", "city", "state", "postal_code", "country")
        ],
        "ownership.customer.street is in group 'address', which moves as a whole, and longest looks at "
        "single values: write one of source_priority, owner_only, recency, oldest_value, frequency, "
        "trust_score, other_attribute_winner.",
    ),
    "a blank that cannot win": (
        line("customer", "last_activity_at", blank="keep_blank"),
        "ownership.customer.last_activity_at.blank: no blank can win under max_value; "
        "write `blank: fall_through`.",
    ),
    "a rule that can never fire": (
        line("customer", "usage_score", sources=["billing"]),
        "ownership.customer.usage_score can never have a value: field_map has no line that fills it from "
        "billing. Write `sources` with one of product, or add such a line.",
    ),
    "a preset of no system": (
        line("customer", "phone", rule="prefer_marketo_unless_blank"),
        f"ownership.customer.phone.rule must be one of {RULES}; it says 'prefer_marketo_unless_blank'.",
    ),
    "a preset of a system that cannot fill the field": (
        line("customer", "phone", rule="always_use_product"),
        f"ownership.customer.phone.rule must be one of {RULES}; it says 'always_use_product'.",
    ),
    "a preset with blanks of its own": (
        preset("always_use_hubspot", blank="fall_through"),
        "ownership.customer.phone.blank: what always_use_hubspot does with blanks is in its name; remove it, "
        "or write `rule: source_priority`.",
    ),
    "dont_sync of nobody's value": (
        preset("dont_sync"),
        "ownership.customer.phone.rule is dont_sync: `sources` must name the one system whose value is "
        "shown, and nobody else's ever.",
    ),
    "consent in both directions": (
        lambda policy: policy["ownership"]["customer"].update(email_opted_out={"rule": "two_way"}),
        "ownership.customer.email_opted_out is consent: write `rule: consent_most_restrictive`; "
        "'recency' could lose an opt-out.",
    ),
    "clearing what stands elsewhere": (
        line("customer", "account_owner", blank="clear"),
        "ownership.customer.account_owner.blank is clear, but field_map.customer.salesforce.Contact.OwnerId "
        "leads to another record, of which nobody knows whether it was cleared: write `blank: fall_through`.",
    ),
    "an age that is none": (
        line("customer", "phone", max_age="a year"),
        "ownership.customer.phone.max_age must be a duration such as P90D or PT12H; it says 'a year'.",
    ),
    "consent that expires": (
        line("customer", "email_opted_out", max_age="P365D"),
        "ownership.customer.email_opted_out.max_age: consent does not age, and an opt-out never expires; "
        "remove it.",
    ),
    "consent by another name": (
        lambda policy: [
            source_field("hubspot", "contacts", "sms", to="sms_consent", type="boolean")(policy),
            policy["ownership"]["customer"].update(sms_consent={"rule": "any_true", "sources": ["hubspot"]}),
        ],
        "ownership.customer.sms_consent is consent: write `rule: consent_most_restrictive`; "
        "'any_true' could lose an opt-out.",
    ),
    "two types for one field": (
        source_field("hubspot", "contacts", "hs_email_optout", type="string"),
        "field_map.customer.hubspot.contacts.hs_email_optout says 'email_opted_out' is string, another line "
        "says boolean. Write the same type on both.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_policy_that_cannot_be_meant_is_named_with_what_is_legal(
    case: str, lint: Callable[[Edit], str]
) -> None:
    edit, message = CASES[case]
    assert message in lint(edit)


@pytest.mark.parametrize(
    "parts",
    [
        {"rule": "prefer_hubspot_unless_blank"},
        {"rule": "always_use_salesforce"},
        {"rule": "two_way"},
        {"rule": "two_way", "sources": ["salesforce", "hubspot"], "blank": "fall_through"},
        {"rule": "dont_sync", "sources": ["hubspot"]},
        {"rule": "recency", "sources": ["salesforce", "hubspot"], "blank": "clear", "max_age": "P365D"},
        {"rule": "source_priority", "sources": [["salesforce", "hubspot"]]},
    ],
    ids=str,
)
def test_a_line_that_can_be_meant_passes(parts: dict[str, Any], lint: Callable[[Edit], str]) -> None:
    assert lint(lambda policy: policy["ownership"]["customer"].update(phone=parts)) == ""


def test_the_policy_as_it_is_passes(lint: Callable[[Edit], str]) -> None:
    assert lint(lambda policy: None) == ""


@pytest.mark.parametrize("case", ["unknown rule", "no rule", "mapped field that nobody owns"])
def test_a_whole_project_says_so_before_anything_trips_over_it(
    case: str, policy: Policy, tmp_path: Path
) -> None:
    edit, message = CASES[case]
    edited = copy.deepcopy(policy)
    edit(edited)
    assert message in parse(REPOSITORY, tmp_path, "--vars", yaml.safe_dump(edited, allow_unicode=True))
