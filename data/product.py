"""How the seller's own product holds its users: one table, which knows nothing of leads and accounts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import names
import world
from world import JSON, Person

STATUSES = ("active", "active", "active", "active", "trial", "at_risk", "suspended")
# Who shares a mailbox in the CRMs logs in with an address of their own.
OWN_EMAIL = {
    "tobias-fennimore": "tobias.fennimore@oduya-fennimore.com",
    "ines-halloway": "ines.halloway.2207@outlook.com",
}
# People who signed up by themselves; no CRM has heard of them.
SIGNED_UP = (
    "signe.lindholm.401@gmail.com",
    "paolo.vinciarelli@studio-vinciarelli.com",
    "akua.darko-mensah@kumasi-instruments.com",
    "bram.oosterveld.77@outlook.com",
    "yuki.tanabe@tanabe-letterpress.com",
    "freya.mcallister.19@gmail.com",
    "desmond.okoye@okoye-surveying.com",
    "hanne.brattvoll@brattvoll-seafood.com",
)


def users(people: Sequence[Person], known: Mapping[str, str]) -> list[JSON]:
    """Return the rows of the table.

    Args:
        people: everybody of the sample.
        known: the user id of those whom a CRM knows as users, by the person's key; all of them are.
    """
    found = [_user(person, known.get(person.key)) for person in people if person.key in known or _joins(person)]
    return sorted([*found, *_signed_up()], key=lambda user: user["id"])


def known_ids(people: Iterable[Person], contacts: Sequence[JSON], hubspot_contacts: Sequence[JSON]) -> JSON:
    """Return the user id that a CRM knows of each person, by the person's key."""
    here = {record["Id"]: record["Product_User_Id__c"] for record in contacts}
    there = {record["id"]: record["properties"]["product_user_id"] for record in hubspot_contacts}
    ids = {
        person.key: (here.get(person.salesforce_id) if person.kind == "Contact" else None)
        or (there.get(person.hubspot_id) if person.in_hubspot else None)
        for person in people
    }
    return {key: user_id for key, user_id in ids.items() if user_id}


def _joins(person: Person) -> bool:
    """Whether somebody uses the product without a CRM's knowing it; the e-mail address tells."""
    return not person.calm and world.rng("joins", person.key).random() < 0.12


def _user(person: Person, known: str | None) -> JSON:
    luck = world.rng("user", person.key)
    # A private address can only be told by the id.
    is_private = known is not None and not person.calm and luck.random() < 0.2
    email = OWN_EMAIL.get(person.key) or (_private(person, luck) if is_private else person.email)
    return _row(known or world.product_user_id(person), email, luck, person.created)


def _private(person: Person, luck: random.Random) -> str:
    host = luck.choice(names.COUNTRIES[person.address.place.country].free_mail)
    first, last = (world.ascii_slug(name, "") for name in (person.first or "", person.last))
    return f"{first}.{last}.{luck.randrange(1000, 9999)}@{host}"


def _signed_up() -> list[JSON]:
    rows = []
    for email in SIGNED_UP:
        luck = world.rng("signed up", email)
        user_id = f"usr_{luck.randrange(10_000_000, 99_999_999)}"
        rows.append(_row(user_id, email, luck, datetime(2025, 3, 3, 9, 0)))
    return rows


def _row(user_id: str, email: str | None, luck: random.Random, after: datetime) -> JSON:
    created = world.moment(luck, after, world.END - timedelta(days=20))
    updated = world.moment(luck, created, world.END)
    status = luck.choice(STATUSES)
    is_closed = luck.random() < 0.03
    return {
        "id": user_id,
        "email": email,
        # Nobody has a score in a trial.
        "usage_score": None if status == "trial" else round(luck.uniform(2, 98), 1),
        "internal_status": "closed" if is_closed else status,
        "created_at": _stamp(created),
        "updated_at": _stamp(updated),
        "deleted_at": _stamp(updated) if is_closed else None,
    }


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def changes(known: Mapping[str, str]) -> list[JSON]:
    """Return what happens in the product on day two, in its order."""
    return [
        {
            "story": "Zoë Brandt-Okafor's team is back in the product, which no longer calls her account at risk.",
            "id": known["zoe-brandt-okafor"],
            "values": {"internal_status": "active"},
        },
        {
            "story": "Ottoline Marchetti stops logging in; the product marks her account as at risk.",
            "id": known["ottoline-marchetti"],
            "values": {"internal_status": "at_risk", "usage_score": 7.2},
        },
    ]
