"""Deals between the seller and the sample's companies, as each system holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import describe
import ids
import names
import world
from world import Company, Person

HUBSPOT_STAGES = {
    "Prospecting": "appointmentscheduled",
    "Qualification": "qualifiedtobuy",
    "Needs Analysis": "qualifiedtobuy",
    "Value Proposition": "presentationscheduled",
    "Proposal/Price Quote": "decisionmakerboughtin",
    "Negotiation/Review": "contractsent",
    "Closed Won": "closedwon",
    "Closed Lost": "closedlost",
}
RENEWAL_STAGES = {"Closed Won": "1000441205", "Closed Lost": "1000441206", "Negotiation/Review": "1000441204"}
WHAT = ("Rollout", "Pilot", "Platform Licence", "Expansion", "Renewal", "Support Contract", "Migration")
OF_THE_CAST = {"amara-pilot", "lanternfield-platform"}
IN_BOTH, IN_SALESFORCE_ONLY, IN_HUBSPOT_ONLY = 50, 40, 30


@dataclass(frozen=True)
class Deal:
    """One deal; `hubspot_stage` and `hubspot_amount` are what HubSpot says."""

    key: str
    name: str
    company: Company
    amount: int | None
    hubspot_amount: int | None
    stage: str
    hubspot_stage: str
    pipeline: str
    close: date
    created: datetime
    owner: str
    in_salesforce: bool
    in_hubspot: bool
    contacts: tuple[Person, ...]
    hubspot_contacts: tuple[Person, ...]

    @property
    def salesforce_id(self) -> str:
        """Id of the opportunity."""
        return ids.salesforce_id("Opportunity", self.key)

    @property
    def hubspot_id(self) -> str:
        """Id of the HubSpot deal."""
        return ids.hubspot_id("deals", self.key)

    @property
    def currency(self) -> str:
        """Currency of the company's country."""
        return names.COUNTRIES[self.company.country].currency


def _contacts(people: Sequence[Person], system: str) -> tuple[Person, ...]:
    live = [person for person in people if not person.fields.get("IsDeleted") and not person.archived_at]
    if system == "salesforce":
        return tuple(person for person in live if person.kind == "Contact")
    return tuple(person for person in live if person.in_hubspot)


def _deal(key: str, company: Company, people: Sequence[Person], systems: str) -> Deal:
    luck = world.rng("deal", key)
    in_salesforce, in_hubspot = systems != "hubspot", systems != "salesforce"
    stage = luck.choice([*describe.STAGES, "Closed Won", "Closed Lost", "Negotiation/Review"])
    amount = luck.randrange(40, 2400) * 100 if luck.random() < 0.93 else None
    created = world.moment(luck, company.created, datetime(2026, 10, 1))
    is_renewal = stage in RENEWAL_STAGES and luck.random() < 0.25
    differs = luck.random() < 0.12
    closed = describe.STAGES[stage][2]
    close = created + timedelta(days=luck.randint(15, 150))
    due = datetime(2026, 11, 20) + timedelta(days=luck.randrange(90))
    close = min(close, world.END) if closed else max(close, due)
    one, two = _contacts(people, "salesforce"), _contacts(people, "hubspot")
    stage_there = (RENEWAL_STAGES if is_renewal else HUBSPOT_STAGES)[stage]
    return Deal(
        key=key,
        name=f"{company.name} - {'Renewal' if is_renewal else luck.choice(WHAT)} {close.year}",
        company=company,
        amount=amount,
        hubspot_amount=amount + 1500 if amount and differs else amount,
        stage=stage,
        hubspot_stage="presentationscheduled" if differs and not closed and not is_renewal else stage_there,
        pipeline="684112907" if is_renewal else "default",
        close=close.date(),
        created=created,
        owner=company.owner if in_salesforce else company.hubspot_owner,
        in_salesforce=in_salesforce,
        in_hubspot=in_hubspot,
        contacts=tuple(luck.sample(one, min(len(one), luck.choice((1, 1, 2, 2))))),
        hubspot_contacts=tuple(luck.sample(two, min(len(two), luck.choice((1, 1, 2, 2))))),
    )


def _of_the_cast(companies: dict[str, Company], staff: dict[str, list[Person]]) -> Iterator[Deal]:
    """Yield the deals that stories mention: a converted lead's pilot, and the one that closes on day two."""
    tidewrack, lanternfield = companies["tidewrack-instruments.com"], companies["lanternfield-software.io"]
    for key, company, lead, name, stage, created in (
        (
            "amara-pilot",
            tidewrack,
            "amara-nwosu-lindqvist",
            "Tidewrack Pilot",
            "Needs Analysis",
            "2026-04-17 15:32",
        ),
        (
            "lanternfield-platform",
            lanternfield,
            "zoe-brandt-okafor",
            "Lanternfield Platform Licence",
            "Negotiation/Review",
            "2026-05-11 10:20",
        ),
    ):
        contacts = tuple(person for person in staff[company.key] if person.key == lead)
        yield Deal(
            key=key,
            name=name,
            company=company,
            amount=48_000,
            hubspot_amount=48_000,
            stage=stage,
            hubspot_stage=HUBSPOT_STAGES[stage],
            pipeline="default",
            close=date(2026, 12, 18),
            created=datetime.fromisoformat(created),
            owner="ingrid",
            in_salesforce=True,
            in_hubspot=True,
            contacts=contacts,
            hubspot_contacts=contacts,
        )


def deals(companies: Sequence[Company], people: Sequence[Person]) -> list[Deal]:
    """Return every deal; each is between the seller and a company that its system knows."""
    staff: dict[str, list[Person]] = {company.key: [] for company in companies}
    for person in people:
        if person.company:
            staff[person.company].append(person)
    by_key = {company.key: company for company in companies}
    found = list(_of_the_cast(by_key, staff))
    plans = (
        ("both", IN_BOTH - len(found), [c for c in companies if c.in_salesforce and c.in_hubspot]),
        ("salesforce", IN_SALESFORCE_ONLY, [c for c in companies if c.in_salesforce]),
        ("hubspot", IN_HUBSPOT_ONLY, [c for c in companies if c.in_hubspot]),
    )
    for systems, count, pool in plans:
        order = world.rng("deal companies", systems).sample(pool, len(pool))
        for number in range(count):
            company = order[number % len(order)]
            found.append(_deal(f"{systems}-{number}", company, staff[company.key], systems))
    return found
