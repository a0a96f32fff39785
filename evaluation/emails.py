"""The variant with e-mail addresses: Febrl has none, so people get jobs, addresses and habits.

Every choice is drawn from a generator seeded with SEED, the set and what is chosen for, so the same code
makes the same records. The rows themselves, with their misspelt names and addresses, are never changed.

A person
- works for a company (70 %) or for none; there are as many as makes 20 people a company, each with its
  domain;
- has one address: `first.last@` the company's domain, or `first.last.<number>@` a free-mail provider for
  those without a company. The names are those of the person's original row; namesakes in one company get
  the number too. The address is nobody else's, except in households;
- lives in a household: people without a company are paired by last name where their first names contradict,
  and half of those pairs have one address for both, `<last>.family.<number>@` a free-mail provider. No couple
  is called Sam and Samuel, or Anna and Hanna: no rule on an address can tell such two apart, so they would
  measure nothing but how many of them were drawn;
- is a user of the product (25 %): all records carry the set's person number as external id, misspelt where
  the set misspells it.

A record
- has the person's address (80 %), none (10 %), the address with one letter missing (5 %), or a role mailbox
  of the company such as info@ (5 %; none for people without a company);
- belongs to the person's company (90 % of those who have one): through its account in Salesforce, whose
  website has the domain, and through its primary company in HubSpot;
- in HubSpot, stores the id of the person's first Salesforce record (3 %);
- in Salesforce, was merged into the person's first Salesforce record (3 %).

The last two are what CRMs state themselves, and are always true. Every method is given them.
"""

import csv
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from jellyfish import damerau_levenshtein_distance

from evaluation.febrl import Row
from evaluation.records import HUBSPOT, SALESFORCE, Record, keys_of, record

SEED = 20261122
PEOPLE_PER_COMPANY = 20
EMPLOYED = 0.7
HOUSEHOLDS = 0.5
USERS = 0.25
AT_WORK = 0.9
STORED = MERGED = 0.03
OWN, BLANK, MISSPELT = 0.80, 0.90, 0.95  # upper ends; above the last: a role mailbox
FREE_MAIL = ("gmail.com", "hotmail.com", "outlook.com", "yahoo.com")
NEARLY = 1  # letters between two spellings of one name
NICKNAMES = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds" / "nicknames.csv"
ROLES = ("info", "office", "sales", "support")


@dataclass(frozen=True)
class Person:
    """Somebody before any CRM knew: the one address, the company's domain, whether the product is used."""

    email: str
    domain: str | None
    is_user: bool


def with_emails(name: str, rows: Sequence[Row]) -> list[Record]:
    """The rows of a set as records with addresses; see the top of this file."""
    originals = {row.person: row for row in rows if row.is_original}
    people = _housed(name, _people(name, originals), originals)
    records = [
        _addressed(name, record(key, row), row, people[row.person])
        for key, row in zip(keys_of(len(rows)), rows, strict=True)
    ]
    return list(_stated(name, records))


def _luck(*about: str) -> random.Random:
    """A generator of its own for each question, so that no answer moves another."""
    return random.Random(":".join((str(SEED), *about)))


def _people(name: str, rows: Mapping[str, Row]) -> dict[str, Person]:
    """Every person with a company or without, by the number in the set."""
    companies = max(1, len(rows) // PEOPLE_PER_COMPANY)
    people, taken = {}, set[str]()
    for number, row in rows.items():
        luck = _luck(name, "person", number)
        domain = f"company-{luck.randrange(companies):03d}.com.au" if luck.random() < EMPLOYED else None
        email = f"{_mailbox(row)}@{domain}"
        if not domain or email in taken:
            email = f"{_mailbox(row)}.{number}@{domain or luck.choice(FREE_MAIL)}"
        taken.add(email)
        people[number] = Person(email, domain, luck.random() < USERS)
    return people


def _mailbox(row: Row) -> str:
    words = [re.sub(r"[^a-z]", "", (name or "").lower()) for name in (row.first, row.last)]
    mailbox = ".".join(filter(None, words))
    return mailbox if len(mailbox) > 2 else f"mail{mailbox}"


def _housed(name: str, people: Mapping[str, Person], rows: Mapping[str, Row]) -> dict[str, Person]:
    """The same people, some of whom share the address of a household."""
    housed = dict(people)
    for one, other in _couples(people, rows):
        luck = _luck(name, "household", one)
        if luck.random() < HOUSEHOLDS:
            last = re.sub(r"[^a-z]", "", rows[one].last or "")
            email = f"{last}.family.{one}@{luck.choice(FREE_MAIL)}"
            housed[one] = replace(people[one], email=email)
            housed[other] = replace(people[other], email=email)
    return housed


def _couples(people: Mapping[str, Person], rows: Mapping[str, Row]) -> Iterator[tuple[str, str]]:
    """Pairs of people without a company, of one last name and contradicting first names; nobody is in two."""
    waiting: dict[str, str] = {}
    for number, row in rows.items():
        if people[number].domain or not row.first or not row.last:
            continue
        partner = waiting.get(row.last)
        if partner is None:
            waiting[row.last] = number
        elif _contradict(rows[partner].first or "", row.first):
            yield waiting.pop(row.last), number


def _contradict(one: str, other: str) -> bool:
    """Whether nobody goes by both first names: neither is short for the other or a third, nor misspelt."""
    if one.startswith(other) or other.startswith(one) or damerau_levenshtein_distance(one, other) <= NEARLY:
        return False
    return _formal_names(one).isdisjoint(_formal_names(other))


@cache
def _nicknames() -> Mapping[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    with NICKNAMES.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            forms.setdefault(line["nickname"], set()).add(line["formal_name"])
    return {name: frozenset(formal) for name, formal in forms.items()}


def _formal_names(name: str) -> frozenset[str]:
    return _nicknames().get(name, frozenset()) | {name}


def _addressed(name: str, bare: Record, row: Row, person: Person) -> Record:
    """The record with the address, company and external id that it happens to have."""
    luck = _luck(name, "record", bare.key)
    return replace(
        bare,
        email=_email(luck, person),
        domain=person.domain if luck.random() < AT_WORK else None,
        external_id=row.number if person.is_user else None,
    )


def _email(luck: random.Random, person: Person) -> str | None:
    kind = luck.random()
    if kind < OWN:
        return person.email
    if BLANK <= kind < MISSPELT:
        mailbox, _, domain = person.email.partition("@")
        gap = luck.randrange(1, len(mailbox) - 1)  # a dot at either end is no address
        return re.sub(r"\.\.+", ".", mailbox[:gap] + mailbox[gap + 1 :]) + "@" + domain
    if kind >= MISSPELT and person.domain:
        return f"{luck.choice(ROLES)}@{person.domain}"
    return None


def _stated(name: str, records: Sequence[Record]) -> Iterator[Record]:
    """The records with what the CRMs state: merges and stored ids, always with the person's first record."""
    first: dict[str, str] = {}
    for each in records:
        if each.key.startswith(SALESFORCE):
            first.setdefault(each.person, each.key)
    for each in records:
        luck = _luck(name, "stated", each.key).random()
        anchor = first.get(each.person)
        if anchor and each.key.startswith(HUBSPOT) and luck < STORED:
            yield replace(each, stored_link=anchor)
        elif anchor and anchor != each.key and each.key.startswith(SALESFORCE) and luck < MERGED:
            yield replace(each, merged_into=anchor)
        else:
            yield each
