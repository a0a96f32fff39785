"""Write the sample: `python data/generate.py [FOLDER]` (default: the folder of this file).

The same code always writes the same bytes: every record draws from a random generator of its own,
seeded by the record's key, and every file is sorted by id.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cast
import day_two
import deals
import describe
import hubspot
import ids
import product
import properties
import salesforce
import world
from world import JSON, Company, Person

CONTACTS, LEADS, HUBSPOT_CONTACTS = 230, 70, 300
CONTACTS_IN_BOTH, LEADS_IN_BOTH = 150, 42
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Sample:
    """The whole world of the sample."""

    companies: list[Company]
    people: list[Person]
    deals: list[deals.Deal]

    @property
    def by_key(self) -> dict[str, Company]:
        """Companies by their key."""
        return {company.key: company for company in self.companies}


def _plan(people: Sequence[Person]) -> list[tuple[str | None, bool]]:
    """Return (Salesforce object, in HubSpot) of each ordinary person, so that the totals come out."""
    kinds = Counter(person.kind for person in people)
    known_to_hubspot = sum(person.in_hubspot for person in people)
    contacts, leads = CONTACTS - kinds["Contact"], LEADS - kinds["Lead"]
    only_hubspot = HUBSPOT_CONTACTS - known_to_hubspot - CONTACTS_IN_BOTH - LEADS_IN_BOTH
    return [
        *[("Contact", True)] * CONTACTS_IN_BOTH,
        *[("Lead", True)] * LEADS_IN_BOTH,
        *[("Contact", False)] * (contacts - CONTACTS_IN_BOTH),
        *[("Lead", False)] * (leads - LEADS_IN_BOTH),
        *[(None, True)] * only_hubspot,
    ]


def _pool(companies: Sequence[Company], kind: str | None, in_hubspot: bool) -> list[Company]:
    """Return the companies that a person of this kind may work for."""
    return [
        company
        for company in companies
        if (kind != "Contact" or company.in_salesforce) and (not in_hubspot or company.in_hubspot)
    ]


def build() -> Sample:
    """Invent the world."""
    phones: set[str] = set()
    companies = [*cast.companies(phones), *world.ordinary_companies(phones)]
    people = cast.people()
    taken: dict[str, set[Any]] = {
        "names": {(person.first, person.last) for person in people},
        "emails": {person.email for person in people},
        "phones": phones,
    }
    for number, (kind, in_hubspot) in enumerate(_plan(people)):
        company = world.rng("employer", number).choice(_pool(companies, kind, in_hubspot))
        people.append(world.ordinary_person(number, company, kind, in_hubspot, taken))
    return Sample(companies, people, deals.deals(companies, people))


def salesforce_records(sample: Sample) -> dict[str, list[JSON]]:
    """Return the records of each Salesforce object."""
    company = sample.by_key
    leads = [person for person in sample.people if person.kind == "Lead"]
    here = [deal for deal in sample.deals if deal.in_salesforce]
    return {
        "Account": [salesforce.account(one) for one in sample.companies if one.in_salesforce],
        "Contact": [salesforce.contact(person) for person in sample.people if person.kind == "Contact"],
        "Lead": [salesforce.lead(person, company.get(person.company or "")) for person in leads],
        "Opportunity": [salesforce.opportunity(deal) for deal in here],
        "OpportunityContactRole": [role for deal in here for role in salesforce.contact_roles(deal)],
        "User": [salesforce.user(rep) for rep in world.REPS],
    }


def hubspot_records(sample: Sample) -> dict[str, list[JSON]]:
    """Return the records of each HubSpot object."""
    company = sample.by_key
    there = [person for person in sample.people if person.in_hubspot]
    open_here = [deal for deal in sample.deals if deal.in_hubspot]
    deals_of = Counter(person.key for deal in open_here for person in deal.hubspot_contacts)
    deals_with = Counter(deal.company.key for deal in open_here)
    staff = Counter(person.company for person in there if not person.archived_at)
    return {
        "contacts": [
            hubspot.contact(one, company.get(one.company or ""), deals_of[one.key]) for one in there
        ],
        "companies": [
            hubspot.company(one, staff[one.key], deals_with[one.key])
            for one in sample.companies
            if one.in_hubspot
        ],
        "deals": [hubspot.deal(deal) for deal in open_here],
        "owners": [hubspot.owner(rep) for rep in world.REPS if rep.in_hubspot],
    }


def associations(sample: Sample) -> list[JSON]:
    """Return HubSpot's associations, in the direction that the file stores."""
    company = sample.by_key
    found = [
        *(
            link
            for one in sample.people
            if one.in_hubspot
            for link in hubspot.contact_associations(one, company)
        ),
        *(link for deal in sample.deals if deal.in_hubspot for link in hubspot.deal_associations(deal)),
    ]
    return sorted(
        found, key=lambda link: (link["from_type"], link["to_type"], link["from_id"], link["to_id"])
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _lines(records: Iterable[JSON]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _ids_of(people: Sequence[Person]) -> str:
    found = []
    for person in people:
        if person.kind:
            found.append(f"{person.kind} `{person.salesforce_id}`")
        if person.in_hubspot:
            found.append(f"contact `{person.hubspot_id}`")
    return "<br>".join(found)


def _company_ids(key: str) -> str:
    return f"Account `{ids.salesforce_id('Account', key)}`<br>company `{ids.hubspot_id('companies', key)}`"


def cast_table(sample: Sample) -> str:
    """Return the rows of the table of the cast."""
    people = {person.key: person for person in sample.people}
    rows = ["| who | ids | what is special | what the answer is, and why |", "|---|---|---|---|"]
    for story in cast.STORIES:
        known = [people[key] for key in story.keys if key in people]
        found = _ids_of(known) or "<br>".join(_company_ids(key) for key in story.keys)
        answer = f"† {story.answer}" if story.is_open else story.answer
        rows.append(f"| {story.who} | {found} | {story.special} | {answer} |")
    return "\n".join(rows)


def day_two_table(changes: Sequence[JSON]) -> str:
    """Return the rows of the table of day two."""
    rows = ["| # | change | what happens |", "|---|---|---|"]
    for number, change in enumerate(changes, start=1):
        rows.append(
            f"| {number} | {change['system']} {change['object']}: {change['action']} | {change['story']} |"
        )
    return "\n".join(rows)


def _counts_table(files: dict[str, list[JSON]]) -> str:
    rows = ["| file | records |", "|---|---|"]
    return "\n".join(rows + [f"| `{name}` | {len(records)} |" for name, records in files.items()])


def _between(table: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}{table}\n{found[2]}"


def readme(template: str, tables: dict[str, str]) -> str:
    """Return the text with each table put between its two markers."""
    for name, table in tables.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        template = re.sub(pattern, _between(table), template, flags=re.DOTALL)
    return template


def write(folder: Path) -> None:
    """Write every file of the sample into `folder`."""
    sample = build()
    here, there = salesforce_records(sample), hubspot_records(sample)
    known = product.known_ids(sample.people, here["Contact"], there["contacts"])
    files: dict[str, list[JSON]] = {}
    for name, records in here.items():
        files[f"salesforce/{name}.jsonl"] = sorted(records, key=lambda record: record["Id"])
    for name, records in there.items():
        files[f"hubspot/{name}.jsonl"] = sorted(records, key=lambda record: int(record["id"]))
    files["hubspot/associations.jsonl"] = associations(sample)
    files["product/users.jsonl"] = product.users(sample.people, known)
    for path, records in files.items():
        _write(folder / path, _lines(records))
    for name in describe.OBJECTS:
        _write(folder / f"salesforce/describe/{name}.json", _text(describe.describe(name)))
    for name in properties.OBJECTS:
        _write(folder / f"hubspot/properties/{name}.json", _text(properties.definitions(name)))
    _write(folder / "hubspot/pipelines.json", _text(properties.pipelines()))
    changes = day_two.changes()
    _write(folder / "day_two.json", _text(changes))
    _write(folder / "product/day_two.json", _text(product.changes(known)))
    tables = {"counts": _counts_table(files), "cast": cast_table(sample), "day two": day_two_table(changes)}
    _write(folder / "README.md", readme((HERE / "README.md").read_text(encoding="utf-8"), tables))


def main() -> None:
    """Read the command line and write the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=HERE, help="where to write (default: data/)")
    write(parser.parse_args().folder)


if __name__ == "__main__":
    main()
