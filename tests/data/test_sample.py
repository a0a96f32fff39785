"""The sample is what its generator writes, holds together, and keeps the promises of its README."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
ACCOUNT, CONTACT, LEAD, OPPORTUNITY, ROLE, USER = SALESFORCE = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "OpportunityContactRole",
    "User",
)
REGIONS = {
    "United States": "US",
    "USA": "US",
    "United Kingdom": "GB",
    "UK": "GB",
    "Germany": "DE",
    "France": "FR",
    "Spain": "ES",
    "Denmark": "DK",
    "Netherlands": "NL",
    "Sweden": "SE",
}
BAD_PHONES = {"ext 4 call mobile"}
BAD_EMAILS = {"j.doe@@nowhere"}


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def salesforce(name: str) -> list[dict[str, Any]]:
    return lines(f"salesforce/{name}.jsonl")


def hubspot(name: str) -> list[dict[str, Any]]:
    return lines(f"hubspot/{name}.jsonl")


def checksum(short: str) -> str:
    chunks = [short[start : start + 5] for start in (0, 5, 10)]
    return "".join(ALPHABET[sum(char.isupper() << bit for bit, char in enumerate(chunk))] for chunk in chunks)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, "-B", str(DATA / "generate.py"), str(folder)], check=True)
    return folder


def test_generating_again_writes_the_same_bytes(generated: Path) -> None:
    written = sorted(path.relative_to(generated) for path in generated.rglob("*") if path.is_file())
    assert len(written) > 20
    assert [one for one in written if (generated / one).read_bytes() != (DATA / one).read_bytes()] == []


def test_no_file_is_left_over_from_an_older_generator(generated: Path) -> None:
    kept = {
        path.relative_to(DATA) for name in ("salesforce", "hubspot") for path in (DATA / name).rglob("*.*")
    }
    assert kept - {path.relative_to(generated) for path in generated.rglob("*")} == set()


@pytest.mark.parametrize("name", SALESFORCE)
def test_salesforce_ids_are_unique_and_carry_their_checksum(name: str) -> None:
    prefix = json.loads((DATA / f"salesforce/describe/{name}.json").read_text())["keyPrefix"]
    ids = [record["Id"] for record in salesforce(name)]
    assert len(set(ids)) == len(ids)
    assert [one for one in ids if not one.startswith(prefix) or one[15:] != checksum(one[:15])] == []


def test_the_checksum_is_salesforces() -> None:
    known = ("0015500001QdQWaAAN", "0035500001H9cakAAB", "003RO0000035WQgYAM", "012000000000000AAA")
    assert [one for one in known if checksum(one[:15]) != one[15:]] == []


@pytest.mark.parametrize("name", ["contacts", "companies", "deals"])
def test_hubspot_ids_are_unique_and_long(name: str) -> None:
    records = hubspot(name)
    ids = [record["id"] for record in records]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\d{11}", one) for one in ids)
    assert all(record["properties"]["hs_object_id"] == record["id"] for record in records)


def test_there_are_about_three_hundred_people_in_each_system_and_most_are_in_both() -> None:
    here = salesforce(CONTACT) + salesforce(LEAD)
    there = hubspot("contacts")
    assert len(salesforce(CONTACT)) == 230
    assert len(here) == len(there) == 300
    emails = {(record["Email"] or "").strip().lower() for record in here} - {""}
    shared = [one for one in there if (one["properties"]["email"] or "").strip().lower() in emails]
    assert 190 <= len(shared) <= 230


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("Account", 55, 65), ("Opportunity", 85, 95), ("OpportunityContactRole", 100, 130), ("User", 8, 10)],
)
def test_salesforce_counts_are_in_range(name: str, low: int, high: int) -> None:
    assert low <= len(salesforce(name)) <= high


@pytest.mark.parametrize(
    ("name", "low", "high"), [("companies", 65, 75), ("deals", 75, 85), ("owners", 8, 8)]
)
def test_hubspot_counts_are_in_range(name: str, low: int, high: int) -> None:
    assert low <= len(hubspot(name)) <= high


def test_every_salesforce_reference_leads_somewhere() -> None:
    known = {record["Id"] for name in SALESFORCE for record in salesforce(name)}
    dangling = [
        (name, record["Id"], field, value)
        for name in SALESFORCE
        for record in salesforce(name)
        for field, value in record.items()
        if field.endswith("Id")
        and field != "Id"
        and value
        and not str(value).startswith("00G")
        and value not in known
    ]
    assert dangling == []


def test_every_hubspot_owner_exists() -> None:
    owners = {owner["id"] for owner in hubspot("owners")}
    records = [record for name in ("contacts", "companies", "deals") for record in hubspot(name)]
    assert {record["properties"]["hubspot_owner_id"] for record in records} - {None, ""} <= owners


def test_every_association_has_two_ends() -> None:
    known = {name: {record["id"] for record in hubspot(name)} for name in ("contacts", "companies", "deals")}
    links = hubspot("associations")
    assert [link for link in links if link["from_id"] not in known[link["from_type"]]] == []
    assert [link for link in links if link["to_id"] not in known[link["to_type"]]] == []
    pairs = Counter((link["from_type"], link["from_id"], link["to_type"], link["to_id"]) for link in links)
    assert max(pairs.values()) == 1


def test_the_primary_company_is_the_associated_one() -> None:
    primary = {
        link["from_id"]: link["to_id"]
        for link in hubspot("associations")
        if link["from_type"] == "contacts" and any(one["label"] == "Primary" for one in link["types"])
    }
    stated = {record["id"]: record["properties"]["associatedcompanyid"] for record in hubspot("contacts")}
    assert primary == {contact: company for contact, company in stated.items() if company}


@pytest.mark.parametrize("name", SALESFORCE)
def test_records_carry_exactly_the_described_fields(name: str) -> None:
    fields = json.loads((DATA / f"salesforce/describe/{name}.json").read_text())["fields"]
    expected = [field["name"] for field in fields if field["type"] != "address"]
    assert {tuple(record) for record in salesforce(name)} == {tuple(expected)}


@pytest.mark.parametrize("name", SALESFORCE)
def test_values_fit_their_description(name: str) -> None:
    fields = json.loads((DATA / f"salesforce/describe/{name}.json").read_text())["fields"]
    records = salesforce(name)
    for field in fields:
        values = [record.get(field["name"]) for record in records]
        if not field["nillable"]:
            assert None not in values, field["name"]
        texts = [value for value in values if isinstance(value, str)]
        if "length" in field:
            assert max(map(len, texts), default=0) <= field["length"], field["name"]
        if field["type"] == "boolean":
            assert all(isinstance(value, bool) for value in values), field["name"]
        if "picklistValues" in field:
            options = {option["value"] for option in field["picklistValues"]}
            assert {part for text in texts for part in text.split(";")} <= options, field["name"]


@pytest.mark.parametrize("name", ["contacts", "companies", "deals"])
def test_property_values_fit_their_definition(name: str) -> None:
    definitions = json.loads((DATA / f"hubspot/properties/{name}.json").read_text())
    records = [record["properties"] for record in hubspot(name)]
    assert {tuple(record) for record in records} == {tuple(one["name"] for one in definitions)}
    assert all(value is None or isinstance(value, str) for record in records for value in record.values())
    for definition in definitions:
        if definition["options"]:
            options = {option["value"] for option in definition["options"]}
            values = {part for one in records for part in (one[definition["name"]] or "").split(";")}
            assert values - {""} <= options, definition["name"]


@pytest.mark.parametrize("name", SALESFORCE)
def test_salesforce_stamps_are_in_order_and_in_range(name: str) -> None:
    for record in salesforce(name):
        stamps = [record["CreatedDate"], record["LastModifiedDate"], record["SystemModstamp"]]
        assert stamps == sorted(stamps), record["Id"]
        assert stamps[0] >= "2023-01-01", record["Id"]
        assert stamps[2] < "2026-11-11", record["Id"]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000", stamp) for stamp in stamps)


def test_some_contacts_share_the_stamp_of_a_bulk_import() -> None:
    assert Counter(record["SystemModstamp"] for record in salesforce(CONTACT)).most_common(1)[0][1] >= 5


def test_contact_history_is_newest_first_and_ends_in_the_current_value() -> None:
    for record in hubspot("contacts"):
        for name, entries in record["propertiesWithHistory"].items():
            stamps = [entry["timestamp"] for entry in entries]
            assert stamps == sorted(stamps, reverse=True), (record["id"], name)
            assert len(set(stamps)) == len(stamps), (record["id"], name)
            assert entries[0]["value"] == record["properties"][name], (record["id"], name)
            assert record["createdAt"] <= stamps[-1], (record["id"], name)
            assert stamps[0] <= record["updatedAt"], (record["id"], name)


def test_hubspot_stamps_agree_with_the_envelope() -> None:
    for record in hubspot("contacts"):
        assert record["properties"]["lastmodifieddate"] == record["updatedAt"]
        assert record["properties"]["hs_lastmodifieddate"] is None
    for record in hubspot("companies") + hubspot("deals"):
        assert record["properties"]["hs_lastmodifieddate"] == record["updatedAt"]
        assert "2023" <= record["createdAt"] <= record["updatedAt"] < "2026-11-11"


def phones() -> list[tuple[str, str]]:
    found = [
        (record[name], record["MailingCountry"])
        for record in salesforce(CONTACT)
        for name in ("Phone", "MobilePhone")
    ]
    found += [
        (record[name], record["Country"]) for record in salesforce(LEAD) for name in ("Phone", "MobilePhone")
    ]
    found += [(record["Phone"], record["BillingCountry"]) for record in salesforce(ACCOUNT)]
    for name in ("contacts", "companies"):
        found += [(one["properties"]["phone"], one["properties"]["country"]) for one in hubspot(name)]
    found += [(one["properties"]["mobilephone"], one["properties"]["country"]) for one in hubspot("contacts")]
    return [(phone, country) for phone, country in found if phone]


def test_every_phone_but_the_named_bad_one_is_valid() -> None:
    bad = set()
    for phone, country in phones():
        try:
            number = phonenumbers.parse(phone, REGIONS.get(country))
        except phonenumbers.NumberParseException:
            bad.add(phone)
            continue
        if not phonenumbers.is_valid_number(number):
            bad.add(phone)
    assert bad == BAD_PHONES


def test_every_email_but_the_named_bad_one_is_clean() -> None:
    emails = [record["Email"] for name in (CONTACT, LEAD) for record in salesforce(name)]
    emails += [record["properties"]["email"] for record in hubspot("contacts")]
    clean = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
    assert {email for email in emails if email and not clean.fullmatch(email.strip())} == BAD_EMAILS


def cast_ids() -> set[str]:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    table = text.split("<!-- cast -->")[1].split("<!-- end of cast -->")[0]
    return set(re.findall(r"(?:Contact|Lead|Account|contact|company) `(\w+)`", table))


def test_everyone_in_the_readme_exists() -> None:
    known = {record["Id"] for name in SALESFORCE for record in salesforce(name)}
    known |= {record["id"] for name in ("contacts", "companies") for record in hubspot(name)}
    assert len(cast_ids()) > 50
    assert cast_ids() - known == set()


def test_names_are_unique_but_for_the_cast() -> None:
    here = [(r["FirstName"], r["LastName"], r["Id"]) for name in (CONTACT, LEAD) for r in salesforce(name)]
    counted = Counter((first, last) for first, last, _ in here)
    repeated = {one for first, last, one in here if counted[first, last] > 1}
    assert repeated <= cast_ids()


def test_day_two_names_records_that_exist() -> None:
    known = {record["Id"] for name in SALESFORCE for record in salesforce(name)}
    known |= {record["id"] for name in ("contacts", "companies", "deals") for record in hubspot(name)}
    changes = json.loads((DATA / "day_two.json").read_text(encoding="utf-8"))
    assert len(changes) >= 10
    for change in changes:
        named = {change[key] for key in ("id", "loser_id", "account_id", "contact_id") if key in change}
        assert named <= known, change["story"]
        assert set(change) >= {"story", "system", "action", "object"}


def test_day_two_writes_fields_that_exist() -> None:
    for change in json.loads((DATA / "day_two.json").read_text(encoding="utf-8")):
        if change["system"] == "salesforce":
            text = (DATA / f"salesforce/describe/{change['object']}.json").read_text()
            fields = {field["name"] for field in json.loads(text)["fields"]}
        else:
            fields = {
                one["name"]
                for one in json.loads((DATA / f"hubspot/properties/{change['object']}.json").read_text())
            }
        assert set(change.get("values", {})) <= fields, change["story"]


def person(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    first, _, last = name.partition(" ")
    here = [one for one in salesforce(CONTACT) if (one["FirstName"], one["LastName"]) == (first, last)]
    there = [one for one in hubspot("contacts") if one["properties"]["lastname"] == last]
    assert len(here) == len(there) == 1
    return here[0], there[0]


def phone_clocks(name: str) -> tuple[str, str]:
    """Return when the Salesforce record and the HubSpot phone were changed, comparable as text."""
    here, there = person(name)
    return here["SystemModstamp"][:19], there["propertiesWithHistory"]["phone"][0]["timestamp"][:19]


def test_zoes_hubspot_phone_is_newer_than_her_salesforce_record() -> None:
    record, phone = phone_clocks("Zoë Brandt-Okafor")
    assert record < phone


def test_sørens_hubspot_record_is_newer_but_his_phone_is_older() -> None:
    record, phone = phone_clocks("Søren Vestergaard-Lund")
    assert phone < record < person("Søren Vestergaard-Lund")[1]["updatedAt"]


def test_cornelius_and_leopold_have_ids_that_differ_in_case_only() -> None:
    ids = {one["LastName"]: one["Id"][:15] for one in salesforce(CONTACT)}
    assert ids["Vane-Tempest"].lower() == ids["Marchbanks"].lower()
    assert ids["Vane-Tempest"] != ids["Marchbanks"]
    link = person("Cornelius Vane-Tempest")[1]["properties"]["salesforcecontactid"]
    assert link == ids["Vane-Tempest"]


def test_about_sixty_percent_of_the_people_in_both_carry_a_salesforce_id() -> None:
    links = [
        one["properties"]["salesforcecontactid"] or one["properties"]["salesforceleadid"]
        for one in hubspot("contacts")
    ]
    given = [link for link in links if link]
    assert 110 <= len(given) <= 150
    assert 10 <= sum(len(link) == 15 for link in given) <= 30


def test_only_the_cast_is_deleted_or_archived() -> None:
    gone = {one["Id"] for name in (CONTACT, LEAD) for one in salesforce(name) if one["IsDeleted"]}
    gone |= {one["id"] for one in hubspot("contacts") if one["archived"]}
    assert len(gone) == 5
    assert gone <= cast_ids()


def test_the_sample_stays_small() -> None:
    files = [path for name in ("salesforce", "hubspot") for path in (DATA / name).rglob("*.*")]
    files += [*DATA.glob("*.py"), *DATA.glob("*.md"), DATA / "day_two.json"]
    assert sum(path.stat().st_size for path in files) < 4_000_000


def test_the_product_knows_every_user_whom_a_crm_names() -> None:
    users = {user["id"]: user for user in lines("product/users.jsonl")}
    named = {record["Product_User_Id__c"] for record in salesforce(CONTACT)}
    named |= {record["properties"]["product_user_id"] for record in hubspot("contacts")}
    assert named - {None} <= users.keys()
    assert len(named - {None}) == 117
    assert len({user["email"] for user in users.values()}) == len(users) == 152
    assert sum(bool(user["deleted_at"]) for user in users.values()) == 5
    assert {user["usage_score"] for user in users.values() if user["internal_status"] == "trial"} == {None}


def test_the_products_second_day_changes_what_its_first_day_had() -> None:
    users = {user["id"]: user for user in lines("product/users.jsonl")}
    for change in json.loads((DATA / "product/day_two.json").read_text(encoding="utf-8")):
        user = users[change["id"]]
        assert [name for name, value in change["values"].items() if user[name] == value] == []
