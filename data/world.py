"""Who and what exists: people, companies and sales reps, before any CRM has written them down."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import ids
import names

SEED = "canon-sample"
START = datetime(2023, 1, 9, 8, 0)
END = datetime(2026, 11, 10, 17, 30)
JSON = dict[str, Any]
# Letters that Unicode does not decompose.
TRANSLITERATED = {ord("ø"): "oe", ord("Ø"): "Oe", ord("ß"): "ss", ord("ł"): "l", ord("æ"): "ae"}


@dataclass(frozen=True)
class Rep:
    """A colleague at the seller: a Salesforce user, a HubSpot owner, or both."""

    key: str
    first: str
    last: str
    title: str
    in_hubspot: bool = True
    is_active: bool = True

    @property
    def email(self) -> str:
        """Work address, in lower case."""
        return f"{ascii_slug(self.first, '.')}.{ascii_slug(self.last, '.')}@northwind-demo.example"


REPS = (
    Rep("dana", "Dana", "Whitfield", "Account Executive"),
    Rep("marcus", "Marcus", "Oyelaran", "Account Executive"),
    Rep("ingrid", "Ingrid", "Solheim", "Senior Account Executive"),
    Rep("tomas", "Tomás", "Figueroa", "Account Executive"),
    Rep("leila", "Leila", "Haddad", "Sales Development Representative"),
    Rep("hugo", "Hugo", "Lambert", "Sales Development Representative"),
    Rep("ruth", "Ruth", "Castellane", "Revenue Operations Manager"),
    Rep("grace", "Grace", "Abiola-Kerr", "Account Executive", is_active=False),
    Rep("sync", "HubSpot", "Integration", "Integration user", in_hubspot=False),
)
# The seller who left: her user is inactive, her owner archived, but she still owns old records.
LEFT = "grace"
SELLERS = ("dana", "marcus", "ingrid", "tomas", "leila", "hugo")


@dataclass(frozen=True)
class Company:
    """A customer company; `hubspot_name` differs from `name` where the two systems disagree."""

    key: str
    name: str
    domain: str
    industry: str
    country: str
    place: names.Place
    street: str
    postal: str
    phone: str
    owner: str
    employees: int
    revenue: int
    created: datetime
    in_salesforce: bool
    in_hubspot: bool
    hubspot_name: str
    hubspot_owner: str


@dataclass(frozen=True)
class Address:
    """A postal address; the country is that of the place."""

    street: str
    postal: str
    place: names.Place


@dataclass(frozen=True)
class Version:
    """What one system believes about a person at one time."""

    phone: str | None
    title: str | None
    address: Address | None


@dataclass(frozen=True)
class Change:
    """One write to a HubSpot property, as its history tells it."""

    at: datetime
    name: str
    value: str
    source: str
    source_id: str | None = None


@dataclass(frozen=True)
class Person:
    """One person as up to one record per system; second records are persons of their own.

    `salesforce` and `hubspot` hold what each system says; `fields` and `properties` are literal values
    that are written over whatever the generator would choose (the named cast uses them).
    """

    key: str
    first: str | None
    last: str
    salutation: str | None
    company: str | None
    email: str | None
    mobile: str | None
    department: str | None
    owner: str
    created: datetime
    kind: str | None
    in_hubspot: bool
    salesforce: Version
    hubspot: Version
    address: Address
    link: str | None = None
    calm: bool = False
    modified: datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str | None] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    archived_at: datetime | None = None
    short_id: str | None = None

    @property
    def salesforce_id(self) -> str:
        """Id of the person's Contact, or of the Lead where there is no Contact."""
        if self.short_id:
            return ids.with_checksum(self.short_id)
        return ids.salesforce_id(self.kind or "Contact", self.key)

    @property
    def hubspot_id(self) -> str:
        """Id of the person's HubSpot contact."""
        return ids.hubspot_id("contacts", self.key)


def rng(*key: object) -> random.Random:
    """Return a generator of its own for `key`, so that one record's luck never moves another's."""
    return random.Random(":".join((SEED, *map(str, key))))


def ascii_slug(text: str, joiner: str = "-") -> str:
    """Return `text` in lower-case ASCII with `joiner` between its words."""
    plain = (
        unicodedata.normalize("NFKD", text.translate(TRANSLITERATED))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return joiner.join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))


def moment(luck: random.Random, after: datetime = START, before: datetime = END) -> datetime:
    """Return a working-hours moment in [after, before], to the millisecond."""
    span = max(int((before - after).total_seconds() * 1000), 1)
    drawn = after + timedelta(milliseconds=luck.randrange(span))
    working = drawn.replace(hour=8 + drawn.hour % 10)
    return min(max(working, after), before)


def fill(pattern: str, luck: random.Random) -> str:
    """Replace each `#` by a digit and each `@` by a letter that British postcodes use."""
    letters = {"#": "0123456789", "@": "ABDEFGHJLNPRSTUWXYZ"}
    return "".join(luck.choice(letters[char]) if char in letters else char for char in pattern)


def address(luck: random.Random, place: names.Place) -> Address:
    """Invent an address in `place`."""
    street = luck.choice(names.STREETS[place.country])
    number, suite = luck.randint(2, 180), luck.randint(2, 40)
    return Address(street.format(n=number, s=suite), fill(place.postal, luck), place)


def phone(luck: random.Random, place: names.Place, taken: set[str]) -> str:
    """Invent a landline of `place` in E.164 that nobody has yet."""
    prefix = "+" + names.COUNTRIES[place.country].dialling + place.landline[0]
    while True:
        number = prefix + fill(place.landline[1], luck)
        if number not in taken:
            taken.add(number)
            return number


def mobile(luck: random.Random, place: names.Place) -> str | None:
    """Invent a mobile number of the place's country, where a safe range of them is known."""
    if place.mobile is None:
        return None
    return "+" + names.COUNTRIES[place.country].dialling + "".join(fill(part, luck) for part in place.mobile)


def place_in(country: str, luck: random.Random) -> names.Place:
    """Choose a city of `country`."""
    return luck.choice([place for place in names.PLACES if place.country == country])


def company(line: str, in_salesforce: bool, in_hubspot: bool, taken: set[str], **different: Any) -> Company:
    """Build a company from a line `name|domain|industry|country` of the word list."""
    name, domain, industry, country = line.split("|")
    luck = rng("company", domain)
    place = place_in(country, luck)
    where = address(luck, place)
    owner = luck.choice(SELLERS)
    employees = luck.choice((12, 25, 40, 85, 130, 240, 420, 900, 2600))
    facts: JSON = {
        "owner": owner,
        "hubspot_owner": owner,
        "hubspot_name": name,
        "created": moment(luck, START, datetime(2025, 6, 30)),
        "employees": employees,
        "revenue": employees * luck.choice((90_000, 120_000, 180_000, 240_000)),
    }
    return Company(
        key=domain,
        name=name,
        domain=domain,
        industry=industry,
        country=country,
        place=place,
        street=where.street,
        postal=where.postal,
        phone=phone(luck, place, taken),
        in_salesforce=in_salesforce,
        in_hubspot=in_hubspot,
        **(facts | different),
    )


def ordinary_companies(taken: set[str]) -> Iterator[Company]:
    """Yield the companies of the word list; HubSpot shortens the names of some."""
    lines = names.COMPANIES.strip().splitlines()
    limit = names.COMPANIES_IN_BOTH + names.COMPANIES_IN_SALESFORCE_ONLY
    for place, line in enumerate(lines):
        name = line.split("|")[0]
        different = {"hubspot_name": name.split()[0].upper()} if place % 9 == 4 else {}
        yield company(
            line, place < limit, place < names.COMPANIES_IN_BOTH or place >= limit, taken, **different
        )


def _full_name(luck: random.Random, country: str, used: set[tuple[str, str]]) -> tuple[str, str]:
    while True:
        first = luck.choice(names.FIRST_NAMES[country])
        last = luck.choice(names.LAST_NAMES[country])
        if (first, last) not in used:
            used.add((first, last))
            return first, last


def _email(luck: random.Random, first: str, last: str, domain: str, style: int, used: set[str]) -> str:
    one, two = ascii_slug(first, ""), ascii_slug(last, "")
    local = (f"{one}.{two}", f"{one[0]}{two}", f"{one}{two[0]}", f"{one}_{two}")[style]
    email = f"{local}@{domain}"
    while email in used:
        email = f"{one}.{two}{luck.randint(2, 99)}@{domain}"
    used.add(email)
    return email


def _versions(
    luck: random.Random, where: Address, department: str, taken: set[str]
) -> tuple[Version, Version]:
    """Return what Salesforce and HubSpot say: mostly the same, sometimes older, newer or nothing."""
    rank = luck.randrange(len(names.RANKS) - 1)
    now, old = (names.RANKS[r].format(d=department) for r in (rank + 1, rank))
    number, old_number = phone(luck, where.place, taken), phone(luck, where.place, taken)
    old_where = address(luck, place_in(where.place.country, luck))

    def pick(current: Any, former: Any, agree: int, former_here: int, former_there: int) -> tuple[Any, Any]:
        roll = luck.randrange(100)
        pairs = (
            (agree, (current, current)),
            (former_here, (former, current)),
            (former_there, (current, former)),
        )
        for limit, pair in pairs:
            if roll < limit:
                return pair
            roll -= limit
        return luck.choice(((None, current), (current, None)))

    phones = pick(number, old_number, 60, 12, 12)
    titles = pick(now, old, 68, 8, 14)
    places = pick(where, old_where, 62, 10, 10)
    return Version(phones[0], titles[0], places[0]), Version(phones[1], titles[1], places[1])


def ordinary_person(
    number: int, company: Company, kind: str | None, in_hubspot: bool, taken: dict[str, set[Any]]
) -> Person:
    """Invent person `number` at `company`."""
    luck = rng("person", number)
    first, last = _full_name(luck, company.country, taken["names"])
    is_private = luck.random() < 0.04
    domain = luck.choice(names.COUNTRIES[company.country].free_mail) if is_private else company.domain
    style = rng("style", company.key).randrange(4)
    email = _email(luck, first, f"{last}{number}" if is_private else last, domain, style, taken["emails"])
    place = company.place if luck.random() < 0.7 else place_in(company.country, luck)
    where = Address(company.street, company.postal, place) if place == company.place else address(luck, place)
    department = luck.choice(names.DEPARTMENTS)
    here, there = _versions(luck, where, department, taken["phones"])
    owner = company.owner if luck.random() < 0.8 else luck.choice(SELLERS)
    created = moment(luck, company.created, datetime(2026, 9, 20))
    if created < datetime(2025, 6, 1) and luck.random() < 0.08:
        owner = LEFT
    return Person(
        key=f"person-{number}",
        first=first,
        last=last,
        salutation=luck.choice((None, None, "Ms.", "Mr.", "Dr.")),
        company=company.key,
        email=email,
        mobile=mobile(luck, place) if luck.random() < 0.4 else None,
        department=luck.choice((None, department)),
        owner=owner,
        created=created,
        kind=kind,
        in_hubspot=in_hubspot,
        salesforce=here,
        hubspot=there,
        address=where,
        link=luck.choice(("18", "18", "18", "18", "15", None, None, None)) if kind and in_hubspot else None,
    )


def product_user_id(person: Person) -> str:
    """Return the person's id in the product; each CRM knows it of some."""
    return f"usr_{rng('product', person.key).randrange(10_000_000, 99_999_999)}"


def interests(person: Person) -> list[str]:
    """Return what the person likes, in no order."""
    luck = rng("interests", person.key)
    return luck.sample(names.INTERESTS, luck.choice((0, 0, 1, 2, 3)))


def display_phone(number: str, country: str, style: int) -> str:
    """Write an E.164 number the way people type it: 0 as is, 1-2 international, 3-4 national."""
    dialling = names.COUNTRIES[country].dialling
    digits = number.removeprefix("+" + dialling)
    if style == 0:
        return number
    if country == "US":
        area, exchange, line = digits[:3], digits[3:6], digits[6:]
        return (
            f"+1 {area}-{exchange}-{line}",
            f"+1 ({area}) {exchange}-{line}",
            f"({area}) {exchange}-{line}",
            f"{area}.{exchange}.{line}",
        )[style - 1]
    area = next(
        (p.landline[0] for p in names.PLACES if p.country == country and digits.startswith(p.landline[0])), ""
    )
    rest = digits[len(area) :] if area else digits
    trunk = names.COUNTRIES[country].trunk
    grouped = " ".join(re.findall(r".{2,3}(?=.{2})|.+", rest))
    return (
        f"+{dialling} {area} {grouped}".replace("  ", " "),
        f"+{dialling} ({trunk}){area} {grouped}"
        if trunk
        else f"+{dialling}-{area}-{rest}".replace("--", "-"),
        f"{trunk}{area} {grouped}".strip(),
        f"{trunk}{area}{rest}",
    )[style - 1]
