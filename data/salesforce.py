"""Write the world down the way Salesforce holds it: REST-shaped records, without `attributes`."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import describe
import ids
import names
import world
from deals import Deal
from world import JSON, Company, Person, Rep

BULK_IMPORT = datetime(2026, 3, 2, 8, 15, 0)
ACCOUNT_NOTE = 'Known as "the quiet one".\nPrefers e-mail, no calls; see notes.'
QUEUE = ids.salesforce_id("Group", "inbound-leads")
NOTES = ("Met at the trade fair; wants a call in Q1.", 'Likes 🍷, "no decks"\nAsk for Lena.')
SYNC_USER = ids.salesforce_id("User", "sync")


def stamp(moment: datetime) -> str:
    """Write a moment as the REST API does; Salesforce keeps whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def user_id(key: str) -> str:
    """Id of the user of a rep."""
    return ids.salesforce_id("User", key)


def _audit(
    luck: random.Random, created: datetime, modified: datetime, owner: str, *, is_synced: bool = False
) -> JSON:
    """Return the audit fields; SystemModstamp sometimes lies after LastModifiedDate."""
    modstamp = modified
    if modified != BULK_IMPORT and luck.random() < 0.15:
        modstamp = min(modified + timedelta(minutes=luck.randrange(5, 9000)), max(world.END, modified))
    editor = SYNC_USER if is_synced and luck.random() < 0.25 else user_id(owner)
    return {
        "CreatedDate": stamp(created),
        "CreatedById": user_id(owner),
        "LastModifiedDate": stamp(modified),
        "LastModifiedById": editor,
        "SystemModstamp": stamp(modstamp),
    }


def _exactly(modified: datetime, owner: str) -> JSON:
    """Return the audit fields of one of the cast, whose stamps are part of the story."""
    return {"LastModifiedById": user_id(owner), "SystemModstamp": stamp(modified)}


def _record(object_name: str, values: JSON) -> JSON:
    """Order the values as the description orders the fields; what is not said is null."""
    fields = describe.field_names(object_name)
    unknown = set(values) - set(fields)
    if unknown:
        raise ValueError(f"{object_name} has no field {sorted(unknown)}; add it to describe.py")
    return {name: values.get(name) for name in fields}


def user(rep: Rep) -> JSON:
    """Return the User of a rep."""
    created = datetime(2023, 1, 4, 9, 0)
    modified = datetime(2026, 2, 27, 16, 30) if not rep.is_active else datetime(2025, 1, 8, 9, 45)
    values = {
        "Id": user_id(rep.key),
        "Username": rep.email + ".prod",
        "FirstName": rep.first,
        "LastName": rep.last,
        "Name": f"{rep.first} {rep.last}",
        "CompanyName": "Northwind Demo",
        "Title": rep.title,
        "Email": rep.email,
        "Alias": world.ascii_slug(rep.first[:1] + rep.last, "")[:8],
        "CommunityNickname": world.ascii_slug(f"{rep.first} {rep.last}", "."),
        "IsActive": rep.is_active,
        "TimeZoneSidKey": "America/New_York",
        "LocaleSidKey": "en_US",
        "UserType": "Standard",
        "ManagerId": None if rep.key == "ruth" else user_id("ruth"),
        "CreatedDate": stamp(created),
        "CreatedById": user_id("ruth"),
        "LastModifiedDate": stamp(modified),
        "LastModifiedById": user_id("ruth"),
        "SystemModstamp": stamp(modified),
        "DefaultCurrencyIsoCode": "USD",
        "CurrencyIsoCode": "USD",
    }
    return _record("User", values)


def account(company: Company) -> JSON:
    """Return the Account of a company."""
    luck = world.rng("account", company.key)
    modified = world.moment(luck, company.created)
    country = names.COUNTRIES[company.country]
    website = luck.choice(("https://www.{0}", "www.{0}", "http://{0}/", "{0}", "https://{0}/en"))
    values = {
        "Id": ids.salesforce_id("Account", company.key),
        "IsDeleted": False,
        "Name": company.name,
        "Type": luck.choice((None, *describe.PICKLISTS["Account.Type"])),
        "BillingStreet": company.street,
        "BillingCity": company.place.city,
        "BillingState": company.place.state,
        "BillingPostalCode": company.postal,
        "BillingCountry": country.name,
        "Phone": world.display_phone(company.phone, company.country, luck.randrange(5)),
        "AccountNumber": f"AC-{luck.randrange(10_000, 99_999)}",
        "Website": website.format(company.domain),
        "Industry": company.industry,
        "AnnualRevenue": float(company.revenue) if luck.random() < 0.9 else None,
        "NumberOfEmployees": company.employees if luck.random() < 0.92 else None,
        "Ownership": luck.choice((None, "Private", "Private", "Public")),
        "Description": luck.choice((None, None, ACCOUNT_NOTE)),
        "Rating": luck.choice((None, "Hot", "Warm", "Cold")),
        "AccountSource": luck.choice((None, *describe.LEAD_SOURCES)),
        "OwnerId": user_id(company.owner),
        "LastActivityDate": _activity(luck, company.created),
        "CurrencyIsoCode": country.currency,
        **_audit(luck, company.created, modified, company.owner),
    }
    return _record("Account", values)


def _activity(luck: random.Random, created: datetime) -> str | None:
    return None if luck.random() < 0.25 else world.moment(luck, created).date().isoformat()


def _greeting(values: JSON) -> str:
    addressed = values["Salutation"] or values["FirstName"]
    return f"Dear {addressed} {values['LastName']}" if addressed else f"Dear {values['LastName']}"


def _modified(luck: random.Random, person: Person) -> tuple[datetime, datetime]:
    """Return when the record was made and last modified; some came in one bulk import."""
    if not person.calm and person.kind == "Contact" and person.created < BULK_IMPORT and luck.random() < 0.08:
        return BULK_IMPORT, BULK_IMPORT
    created = person.created.replace(microsecond=0)
    return created, person.modified or world.moment(luck, created)


def _style(person: Person, luck: random.Random) -> int:
    """Choose how a phone is typed: a national form only where the record names its country."""
    return luck.randrange(5) if person.salesforce.address else luck.randrange(3)


def _common(person: Person, luck: random.Random) -> JSON:
    """Return what Contact and Lead have in common."""
    created, modified = _modified(luck, person)
    country = person.address.place.country
    phone, email = person.salesforce.phone, person.email
    bounced = not person.calm and luck.random() < 0.02
    if email and not person.calm and luck.random() < 0.1:
        email = luck.choice((email.title().replace(".Com", ".com"), email.upper(), email + " "))
    return {
        "Id": person.salesforce_id,
        "IsDeleted": False,
        "FirstName": person.first,
        "LastName": person.last,
        "Salutation": person.salutation,
        "Phone": phone and world.display_phone(phone, country, _style(person, luck)),
        "MobilePhone": person.mobile and world.display_phone(person.mobile, country, 0),
        "Email": email,
        "Title": person.salesforce.title,
        "LeadSource": luck.choice((None, *describe.LEAD_SOURCES)),
        "OwnerId": user_id(person.owner),
        "HasOptedOutOfEmail": not person.calm and luck.random() < 0.05,
        "HasOptedOutOfFax": False,
        "DoNotCall": not person.calm and luck.random() < 0.03,
        "EmailBouncedReason": "550 5.1.1 The email account does not exist" if bounced else None,
        "EmailBouncedDate": stamp(modified) if bounced else None,
        "LastActivityDate": _activity(luck, created),
        "CurrencyIsoCode": names.COUNTRIES[country].currency,
        **_audit(luck, created, modified, person.owner, is_synced=person.link is not None),
        **(_exactly(modified, person.owner) if person.calm else {}),
    }


def _address(person: Person, prefix: str) -> JSON:
    where = person.salesforce.address
    if where is None:
        return {}
    return {
        f"{prefix}Street": where.street,
        f"{prefix}City": where.place.city,
        f"{prefix}State": where.place.state,
        f"{prefix}PostalCode": where.postal,
        f"{prefix}Country": names.COUNTRIES[where.place.country].name,
    }


def _birthdate(luck: random.Random) -> str:
    return f"19{luck.randint(60, 99)}-0{luck.randint(1, 9)}-{luck.randint(10, 28)}"


def contact(person: Person) -> JSON:
    """Return the Contact of a person."""
    luck = world.rng("contact", person.key)
    common = _common(person, luck)
    values = {
        **common,
        **_address(person, "Mailing"),
        "AccountId": person.company and ids.salesforce_id("Account", person.company),
        "Department": person.department,
        "Birthdate": _birthdate(luck) if luck.random() < 0.08 else None,
        "Description": luck.choice((None, None, None, *NOTES)),
        "IsEmailBounced": common["EmailBouncedDate"] is not None,
        "Product_User_Id__c": world.product_user_id(person) if luck.random() < 0.25 else None,
        "Interests__c": ";".join(sorted(world.interests(person))) or None,
        "Favourite_Colour__c": luck.choice((None, None, *names.COLOURS)),
        **person.fields,
    }
    values["Name"] = " ".join(filter(None, (values["FirstName"], values["LastName"])))
    values["Full_Greeting__c"] = _greeting(values)
    return _record("Contact", values)


def lead(person: Person, company: Company | None) -> JSON:
    """Return the Lead of a person."""
    luck = world.rng("lead", person.key)
    queued = not person.calm and luck.random() < 0.06
    values = {
        **_common(person, luck),
        **_address(person, ""),
        "Company": company.name if company else "[not provided]",
        "Website": company and luck.choice((None, f"https://{company.domain}")),
        "Status": luck.choice(("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")),
        "Industry": company and company.industry,
        "Rating": luck.choice((None, "Hot", "Warm", "Cold")),
        "NumberOfEmployees": company and luck.choice((None, company.employees)),
        "IsConverted": False,
        "IsUnreadByOwner": queued,
        **person.fields,
    }
    if queued:
        values["OwnerId"] = QUEUE
    values["Name"] = " ".join(filter(None, (values["FirstName"], values["LastName"])))
    return _record("Lead", values)


def opportunity(deal: Deal) -> JSON:
    """Return the Opportunity of a deal."""
    luck = world.rng("opportunity", deal.key)
    probability, category, is_closed, is_won = describe.STAGES[deal.stage]
    modified = world.moment(luck, deal.created)
    amount = float(deal.amount) if deal.amount is not None else None
    quarter = (deal.close.month - 1) // 3 + 1
    values = {
        "Id": deal.salesforce_id,
        "IsDeleted": deal.key == "salesforce-7",
        "AccountId": ids.salesforce_id("Account", deal.company.key),
        "IsPrivate": False,
        "Name": deal.name,
        "StageName": deal.stage,
        "Amount": amount,
        "Probability": float(probability),
        "ExpectedRevenue": amount * probability / 100 if amount is not None else None,
        "CloseDate": deal.close.isoformat(),
        "Type": luck.choice((None, "New Customer", "Existing Customer - Upgrade")),
        "NextStep": luck.choice((None, None, "Send revised quote", "Book security review")),
        "LeadSource": luck.choice((None, *describe.LEAD_SOURCES)),
        "IsClosed": is_closed,
        "IsWon": is_won,
        "ForecastCategory": {"Best Case": "BestCase", "Commit": "Forecast"}.get(category, category),
        "ForecastCategoryName": category,
        "HasOpportunityLineItem": False,
        "FiscalQuarter": quarter,
        "FiscalYear": deal.close.year,
        "Fiscal": f"{deal.close.year} {quarter}",
        "OwnerId": user_id(deal.owner),
        "LastStageChangeDate": stamp(world.moment(luck, deal.created, modified)),
        "LastActivityDate": _activity(luck, deal.created),
        "CurrencyIsoCode": deal.currency,
        **_audit(luck, deal.created, modified, deal.owner),
    }
    return _record("Opportunity", values)


def contact_roles(deal: Deal) -> list[JSON]:
    """Return the OpportunityContactRoles of a deal; the first is the primary one."""
    luck = world.rng("roles", deal.key)
    modified = world.moment(luck, deal.created)
    return [
        _record(
            "OpportunityContactRole",
            {
                "Id": ids.salesforce_id("OpportunityContactRole", f"{deal.key}:{person.key}"),
                "OpportunityId": deal.salesforce_id,
                "ContactId": person.salesforce_id,
                "Role": luck.choice((None, *describe.ROLES)),
                "IsPrimary": place == 0,
                "IsDeleted": False,
                "CurrencyIsoCode": deal.currency,
                **_audit(luck, deal.created, modified, deal.owner),
            },
        )
        for place, person in enumerate(deal.contacts)
    ]
