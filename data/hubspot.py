"""Write the world down the way HubSpot holds it: every value a text or null, contacts with history."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

import deals
import ids
import names
import properties
import world
from deals import Deal
from world import JSON, Change, Company, Person, Rep

HISTORY = (
    "email",
    "firstname",
    "lastname",
    "phone",
    "jobtitle",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "lifecyclestage",
    "hs_email_optout",
    "hubspot_owner_id",
)
IMPORTED_AT = datetime(2025, 6, 3, 7, 42, 10, 512_000)
ORIGINS = ("FORM", "FORM", "IMPORT", "CRM_UI", "API", "INTEGRATION")
SOURCE_IDS = {
    "FORM": "b1f2c7de-newsletter-form",
    "IMPORT": "import-41882093",
    "API": "product-signup-service",
    "INTEGRATION": "enrichment-app-214882",
    "SALESFORCE": "SalesforceContactSync",
    "MERGE_OBJECTS": "MergeContacts",
}
TEAM = {"id": "178845", "name": "New Business", "primary": True}
LANGUAGES = {"DE": "de", "FR": "fr", "ES": "es", "DK": "da"}
STAGES = [stage for stage, _ in properties.LIFECYCLE[:7]]
FIRST_STAGES = (*["lead"] * 12, *["subscriber"] * 4, None)
PRIMARY = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}
FORMER_EMPLOYER = {"category": "USER_DEFINED", "typeId": 37, "label": "Former employer"}
DECISION_MAKER = {"category": "USER_DEFINED", "typeId": 41, "label": "Decision maker"}


def stamp(moment: datetime) -> str:
    """Write a moment as the API does, to the millisecond."""
    return moment.isoformat(timespec="milliseconds") + "Z"


def _plain(type_id: int) -> JSON:
    return {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}


def _ordered(object_name: str, values: dict[str, str | None]) -> dict[str, str | None]:
    """Order the values as the definitions do; what is not said is null."""
    known = properties.property_names(object_name)
    unknown = set(values) - set(known)
    if unknown:
        raise ValueError(f"{object_name} has no property {sorted(unknown)}; add it to properties.py")
    return {name: values.get(name) for name in known}


def _state(place: names.Place, luck: random.Random) -> str | None:
    return luck.choice((place.state, place.state_code))


def _country(place: names.Place, luck: random.Random, *, is_plain: bool) -> str:
    country = names.COUNTRIES[place.country]
    return (
        country.name if is_plain else luck.choice((country.name, country.name, country.name, country.short))
    )


def owner(rep: Rep) -> JSON:
    """Return the owner of a rep; one who left is archived and has no user id."""
    user = ids.hubspot_user_id(rep.key)
    email = rep.email if rep.key != "dana" else "Dana.Whitfield@northwind-demo.example"
    return {
        "id": ids.owner_id(rep.key),
        "email": email,
        "type": "PERSON",
        "firstName": rep.first,
        "lastName": rep.last,
        "userId": user if rep.is_active else None,
        "userIdIncludingInactive": user,
        "createdAt": "2023-01-05T08:30:00.000Z",
        "updatedAt": "2026-02-27T16:31:00.000Z" if not rep.is_active else "2024-01-08T09:45:00.000Z",
        "archived": not rep.is_active,
        "teams": [TEAM] if rep.key in world.SELLERS else [],
    }


def _source(change: Change) -> JSON:
    if change.source == "CRM_UI":
        user = ids.hubspot_user_id((change.source_id or "rep:ruth").removeprefix("rep:"))
        return {"sourceId": f"userId:{user}", "updatedByUserId": user}
    return {"sourceId": SOURCE_IDS[change.source]}


def _history(changes: list[Change]) -> dict[str, list[JSON]]:
    """Return the entries of each property, newest first."""
    history: dict[str, list[JSON]] = {}
    for change in sorted(changes, key=lambda one: one.at, reverse=True):
        if change.name in HISTORY:
            entry = {"value": change.value, "timestamp": stamp(change.at), "sourceType": change.source}
            history.setdefault(change.name, []).append(entry | _source(change))
    return {name: history[name] for name in HISTORY if name in history}


def _first_values(person: Person, luck: random.Random) -> dict[str, str | None]:
    """Return what the record said when it was made (properties that keep a history)."""
    where, phone = person.hubspot.address, person.hubspot.phone
    style = luck.randrange(5) if where else luck.randrange(3)
    first, last = person.first, person.last or None
    if not person.calm and luck.random() < 0.06:
        first = first and world.ascii_slug(first).capitalize()
    if not person.calm and luck.random() < 0.03:
        first = last = None
    email = person.email
    if email and not person.calm and luck.random() < 0.02:
        email = f" {email}"
    return {
        "email": email,
        "firstname": first,
        "lastname": last,
        "phone": phone and world.display_phone(phone, person.address.place.country, style),
        "jobtitle": person.hubspot.title,
        "address": where.street if where else None,
        "city": where.place.city if where else None,
        "state": _state(where.place, luck) if where else None,
        "zip": where.postal if where else None,
        "country": _country(where.place, luck, is_plain=False) if where else None,
        "lifecyclestage": "lead" if person.calm else luck.choice(FIRST_STAGES),
        "hs_email_optout": luck.choice((None, None, None, "false", "false")),
        "hubspot_owner_id": ids.owner_id(person.owner) if person.calm or luck.random() < 0.94 else None,
    }


def _later_changes(person: Person, values: dict[str, str | None], luck: random.Random) -> list[Change]:
    """Return what happened to an ordinary person since: stages reached, a new phone, a cleared title ..."""
    changes: list[Change] = []

    def change(name: str, value: str, source: str, chance: float, after: datetime = person.created) -> None:
        if luck.random() < chance:
            rep = f"rep:{person.owner}" if source == "CRM_UI" else None
            changes.append(Change(world.moment(luck, after), name, value, source, rep))

    reached, start = person.created, STAGES.index(values["lifecyclestage"] or "subscriber") + 1
    for stage in STAGES[start : start + luck.choice((0, 0, 1, 1, 2, 3, 4))]:
        change("lifecyclestage", stage, luck.choice(("CRM_UI", "API", "SALESFORCE")), 1.0, reached)
        reached = changes[-1].at + timedelta(milliseconds=1)
    if values["phone"]:
        new = world.phone(luck, person.address.place, set())
        shown = world.display_phone(new, person.address.place.country, luck.randrange(3))
        change("phone", luck.choice((shown, shown, "")), luck.choice(("CRM_UI", "INTEGRATION", "FORM")), 0.09)
    if values["jobtitle"]:
        change("jobtitle", "", "CRM_UI", 0.03)
    change("hs_email_optout", luck.choice(("true", "true", "")), "FORM", 0.08)
    change("hubspot_owner_id", ids.owner_id(luck.choice(world.SELLERS)), "CRM_UI", 0.08)
    return changes


def _changes(person: Person, luck: random.Random) -> list[Change]:
    """Return every write to the record's properties with history, oldest first."""
    first = _first_values(person, luck)
    first |= {name: value for name, value in person.properties.items() if name in first}
    origin = "SALESFORCE" if person.link else luck.choice(ORIGINS)
    changes = [
        Change(person.created, name, value, origin, f"rep:{person.owner}" if origin == "CRM_UI" else None)
        for name, value in first.items()
        if value is not None
    ]
    later = [] if person.calm else _later_changes(person, first, luck)
    return sorted([*changes, *person.changes, *later], key=lambda one: one.at)


def _link(person: Person, synced: str) -> dict[str, str | None]:
    """Return the ids that the Salesforce integration left on the record."""
    if person.link is None or person.kind is None:
        return {}
    name = "salesforcecontactid" if person.kind == "Contact" else "salesforceleadid"
    linked: dict[str, str | None] = {
        name: person.salesforce_id[: int(person.link)],
        "salesforcelastsynctime": synced,
    }
    if person.company and person.kind == "Contact":
        linked["salesforceaccountid"] = ids.salesforce_id("Account", person.company)
    return linked


def _analytics(person: Person, luck: random.Random) -> dict[str, str | None]:
    source = luck.choice([value for value, _ in properties.TRAFFIC_SOURCES])
    visits = luck.randrange(1, 30)
    drilled = {"OFFLINE": "IMPORT", "REFERRALS": "partner-directory.example"}
    return {
        "hs_analytics_source": source,
        "hs_analytics_source_data_1": drilled.get(source, "Unknown keywords (SSL)"),
        "hs_analytics_first_timestamp": stamp(person.created),
        "hs_analytics_num_page_views": str(visits * luck.randrange(1, 5)),
        "hs_analytics_num_visits": str(visits),
        "num_conversion_events": str(luck.choice((0, 0, 1, 2))),
    }


def _engagement(person: Person, luck: random.Random, until: datetime) -> dict[str, str | None]:
    contacted = None if luck.random() < 0.3 else stamp(world.moment(luck, person.created, until))
    bounced = not person.calm and luck.random() < 0.015
    sent = world.moment(luck, person.created, until)
    opened = stamp(min(sent + timedelta(minutes=95), until))
    return {
        "notes_last_updated": contacted,
        "notes_last_contacted": contacted,
        "num_notes": str(luck.randrange(1, 14)) if contacted else "",
        "hs_email_last_send_date": stamp(sent),
        "hs_email_last_open_date": opened if luck.random() < 0.5 else None,
        "hs_email_bounce": "1" if bounced else None,
        "hs_email_hard_bounce_reason_enum": "UNKNOWN_USER" if bounced else None,
        "hs_marketable_status": luck.choice(("true", "true", "false")),
    }


def _about(person: Person, company: Company | None, luck: random.Random) -> dict[str, str | None]:
    chosen = world.interests(person)[: luck.choice((1, 3, 3, 3))]
    return {
        "salutation": person.salutation if luck.random() < 0.6 else None,
        "mobilephone": luck.choice((person.mobile, None, "")),
        "company": luck.choice((*[company.hubspot_name] * 8, company.name, None, "")) if company else None,
        "website": luck.choice((None, f"https://{company.domain}")) if company else None,
        "industry": luck.choice((None, company.industry)) if company else None,
        "hs_language": LANGUAGES.get(person.address.place.country, "en"),
        "message": luck.choice((None, None, None, None, "Please send the price list 🙂\nThanks!")),
        "hubspotscore": str(luck.randrange(0, 100)),
        "hs_lead_status": luck.choice((None, *properties.LEAD_STATUSES)),
        "interests": ";".join(chosen) or luck.choice((None, "")),
        "likes_events": luck.choice((None, "Yes", "No")),
        "product_user_id": world.product_user_id(person) if luck.random() < 0.2 else None,
    }


def _identity(person: Person, changes: list[Change], modified: datetime) -> dict[str, str | None]:
    values = {change.name: change.value for change in changes}
    email, origin = values.get("email"), changes[0].source
    assigned = [stamp(change.at) for change in changes if change.name == "hubspot_owner_id"]
    return {
        "hubspot_owner_assigneddate": assigned[-1] if assigned else None,
        "hs_email_domain": email.strip().partition("@")[2] if email else None,
        "createdate": stamp(person.created),
        "hs_createdate": stamp(person.created),
        "lastmodifieddate": stamp(modified),
        "hs_lastmodifieddate": None,
        "hs_object_id": person.hubspot_id,
        "hs_object_source": origin,
        "hs_object_source_label": origin,
        "hs_was_imported": "true" if origin == "IMPORT" else None,
        "hs_all_contact_vids": person.hubspot_id,
        **values,
    }


def _last_modified(person: Person, changes: list[Change], luck: random.Random) -> datetime:
    """Return the record's stamp: its last change, or a later touch of something without history."""
    latest = changes[-1].at
    if person.calm:
        touched = world.moment(world.rng("touched", person.key), latest, max(latest, datetime(2026, 9, 1)))
        return person.archived_at or (latest if person.changes else touched)
    if latest < IMPORTED_AT and luck.random() < 0.2:
        return IMPORTED_AT
    return world.moment(luck, latest) if luck.random() < 0.6 else latest


def contact(person: Person, company: Company | None, deal_count: int) -> JSON:
    """Return the HubSpot contact of a person, with the history of the properties that clocks need."""
    luck = world.rng("hubspot contact", person.key)
    changes = _changes(person, luck)
    modified = _last_modified(person, changes, luck)
    values: dict[str, str | None] = {
        **_about(person, company, luck),
        **_analytics(person, luck),
        **_engagement(person, luck, modified),
        **_identity(person, changes, modified),
        **_link(person, stamp(modified)),
        "associatedcompanyid": ids.hubspot_id("companies", company.key) if company else None,
        "num_associated_deals": str(deal_count) if deal_count else None,
    }
    values |= {name: value for name, value in person.properties.items() if name not in HISTORY}
    record: JSON = {
        "id": person.hubspot_id,
        "properties": _ordered("contacts", values),
        "createdAt": stamp(person.created),
        "updatedAt": stamp(modified),
        "archived": person.archived_at is not None,
    }
    if person.archived_at:
        record["archivedAt"] = stamp(person.archived_at)
    return record | {"propertiesWithHistory": _history(changes)}


def company(one: Company, contacts: int, deals: int) -> JSON:
    """Return the HubSpot company."""
    luck = world.rng("hubspot company", one.key)
    modified = world.moment(luck, one.created)
    record_id = ids.hubspot_id("companies", one.key)
    linked = one.in_salesforce and luck.random() < 0.6
    industry = names.INDUSTRIES[one.industry]
    values: dict[str, str | None] = {
        "name": one.hubspot_name,
        "domain": one.domain if not linked or luck.random() < 0.9 else "",
        "website": luck.choice((None, one.domain, f"https://{one.domain}")),
        "phone": luck.choice((world.display_phone(one.phone, one.country, luck.randrange(5)), None, "")),
        "industry": luck.choice((industry, industry, industry, None)),
        "numberofemployees": str(luck.choice((one.employees, one.employees, one.employees + 15))),
        "annualrevenue": luck.choice((str(one.revenue), str(one.revenue), None)),
        "address": one.street,
        "city": one.place.city,
        "state": _state(one.place, luck),
        "zip": one.postal,
        "country": _country(one.place, luck, is_plain=True),
        "description": luck.choice((None, "", f"{one.hubspot_name} - found through its website.")),
        "founded_year": luck.choice((None, str(luck.randrange(1902, 2020)))),
        "type": luck.choice((None, "PROSPECT", "PARTNER")),
        "lifecyclestage": luck.choice(("lead", "opportunity", "customer")),
        "hubspot_owner_id": ids.owner_id(one.hubspot_owner),
        "hubspot_owner_assigneddate": stamp(one.created),
        "notes_last_updated": luck.choice((None, stamp(world.moment(luck, one.created, modified)))),
        "createdate": stamp(one.created),
        "hs_createdate": stamp(one.created),
        "hs_lastmodifieddate": stamp(modified),
        "hs_object_id": record_id,
        "hs_object_source": "SALESFORCE" if linked else "CRM_UI",
        "hs_object_source_label": "SALESFORCE" if linked else "CRM_UI",
        "num_associated_contacts": str(contacts),
        "num_associated_deals": str(deals) if deals else None,
        "salesforceaccountid": ids.salesforce_id("Account", one.key) if linked else None,
        "salesforcelastsynctime": stamp(modified) if linked else None,
    }
    return {
        "id": record_id,
        "properties": _ordered("companies", values),
        "createdAt": stamp(one.created),
        "updatedAt": stamp(modified),
        "archived": False,
    }


def _money(deal: Deal, probability: str) -> dict[str, str | None]:
    amount = deal.hubspot_amount
    return {
        "amount": str(amount) if amount is not None else None,
        "amount_in_home_currency": str(amount) if amount is not None and deal.currency == "USD" else None,
        "deal_currency_code": deal.currency,
        # HubSpot writes out the binary value of its doubles, digit for digit.
        "hs_deal_stage_probability": str(Decimal(float(probability))),
        "hs_projected_amount": str(Decimal(amount * float(probability))) if amount is not None else None,
    }


def _milliseconds(moment: datetime) -> str:
    """Return a moment as some number properties hold it: milliseconds since 1970."""
    return str((moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1))


def deal(one: Deal) -> JSON:
    """Return the HubSpot deal."""
    luck = world.rng("hubspot deal", one.key)
    modified = world.moment(luck, one.created)
    stages = {stage[0]: stage for found in properties.PIPELINES.values() for stage in found}
    _, _, probability, is_closed = stages[one.hubspot_stage]
    is_won = is_closed and probability == "1.0"
    opened, closed = _milliseconds(one.created), _milliseconds(datetime.combine(one.close, time()))
    is_archived = one.key == "hubspot-5"
    linked = one.in_salesforce and (luck.random() < 0.8 or one.key in deals.OF_THE_CAST)
    values: dict[str, str | None] = {
        "dealname": one.name,
        "dealstage": one.hubspot_stage,
        "pipeline": one.pipeline,
        **_money(one, probability),
        "closedate": f"{one.close.isoformat()}T00:00:00Z",
        "dealtype": luck.choice((None, "newbusiness", "existingbusiness")),
        "hs_next_step": luck.choice((None, "", "Send revised quote")),
        "closed_lost_reason": luck.choice((None, "Price", "No decision"))
        if is_closed and not is_won
        else None,
        "hs_is_closed": str(is_closed).lower(),
        "hs_is_closed_won": str(is_won).lower(),
        "hs_is_closed_lost": str(is_closed and not is_won).lower(),
        "hs_open_deal_create_date": "0" if is_closed else opened,
        "hs_closed_deal_close_date": closed if is_closed else "0",
        "hubspot_owner_id": ids.owner_id(one.owner),
        "hubspot_owner_assigneddate": stamp(one.created),
        "notes_last_updated": luck.choice((None, stamp(world.moment(luck, one.created, modified)))),
        "createdate": stamp(one.created),
        "hs_createdate": stamp(one.created),
        "hs_lastmodifieddate": stamp(modified),
        "hs_object_id": one.hubspot_id,
        "hs_object_source": "SALESFORCE" if linked else "CRM_UI",
        "hs_object_source_label": "SALESFORCE" if linked else "CRM_UI",
        "hs_primary_associated_company": ids.hubspot_id("companies", one.company.key),
        "num_associated_contacts": str(len(one.hubspot_contacts)),
        "hs_salesforceopportunityid": one.salesforce_id if linked else None,
        "salesforcelastsynctime": stamp(modified) if linked else None,
    }
    record: JSON = {
        "id": one.hubspot_id,
        "properties": _ordered("deals", values),
        "createdAt": stamp(one.created),
        "updatedAt": stamp(modified),
        "archived": is_archived,
    }
    return record | ({"archivedAt": stamp(modified)} if is_archived else {})


def _association(source: tuple[str, str], target: tuple[str, str], types: list[JSON]) -> JSON:
    return {
        "from_type": source[0],
        "from_id": source[1],
        "to_type": target[0],
        "to_id": target[1],
        "types": types,
    }


def contact_associations(person: Person, companies: dict[str, Company]) -> list[JSON]:
    """Return the person's links to companies: the primary one, and for a few a former employer."""
    if person.company is None or not companies[person.company].in_hubspot:
        return []
    source = ("contacts", person.hubspot_id)
    primary = ("companies", ids.hubspot_id("companies", person.company))
    links = [_association(source, primary, [_plain(279), PRIMARY])]
    luck = world.rng("former employer", person.key)
    others = [one for one in companies.values() if one.in_hubspot and one.key != person.company]
    if not person.calm and luck.random() < 0.05:
        former = ("companies", ids.hubspot_id("companies", luck.choice(others).key))
        links.append(_association(source, former, [_plain(279), FORMER_EMPLOYER]))
    return links


def deal_associations(one: Deal) -> list[JSON]:
    """Return the deal's links to its company and its contacts."""
    source = ("deals", one.hubspot_id)
    links = [
        _association(
            source,
            ("companies", ids.hubspot_id("companies", one.company.key)),
            [_plain(341), {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}],
        )
    ]
    for place, person in enumerate(one.hubspot_contacts):
        types = [_plain(3), DECISION_MAKER] if place == 0 and len(one.hubspot_contacts) > 1 else [_plain(3)]
        links.append(_association(source, ("contacts", person.hubspot_id), types))
    return links
