"""The records as two CRMs hold them: a data folder for the sandbox.

Users, owners and descriptions of fields are the sample's. Every company of the records is an account in
Salesforce and a company in HubSpot. There are no leads and no deals.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evaluation.records import HUBSPOT, SALESFORCE, Record
from sandbox.ids import to_18

COPIED = {
    "salesforce": ("describe", "User.jsonl"),
    "hubspot": ("properties", "owners.jsonl", "pipelines.json"),
}
START = datetime(2026, 3, 2, 8, 15)
FIRST_COMPANY_ID = 25_000_000_000
COUNTRY = "Australia"
EMPLOYEE_OF = [
    {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
    {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
]

Json = dict[str, Any]


def make_world(sample: Path, folder: Path, records: Sequence[Record]) -> Path:
    """Write the data folder of a sandbox that serves these records; returns it."""
    for system, names in COPIED.items():
        (folder / system).mkdir(parents=True)
        for name in names:
            copy = shutil.copytree if (sample / system / name).is_dir() else shutil.copyfile
            copy(sample / system / name, folder / system / name)
    domains = sorted({each.domain for each in records if each.domain})
    numbers = {domain: number for number, domain in enumerate(domains)}
    _write_salesforce(folder / "salesforce", records, numbers)
    _write_hubspot(folder / "hubspot", records, numbers)
    return folder


def _write_salesforce(folder: Path, records: Iterable[Record], numbers: dict[str, int]) -> None:
    with (folder / "User.jsonl").open(encoding="utf-8") as users:
        owner = str(json.loads(users.readline())["Id"])
    contacts = [each for each in records if each.key.startswith(SALESFORCE)]
    accounts = (_account(domain, number) for domain, number in numbers.items())
    _write(folder / "Account.jsonl", ({**account, "OwnerId": owner} for account in accounts))
    people = (_salesforce_contact(each, place, numbers) for place, each in enumerate(contacts))
    _write(folder / "Contact.jsonl", ({**person, "OwnerId": owner} for person in people))


def _write_hubspot(folder: Path, records: Iterable[Record], numbers: dict[str, int]) -> None:
    contacts = [each for each in records if each.key.startswith(HUBSPOT)]
    _write(folder / "companies.jsonl", (_company(domain, number) for domain, number in numbers.items()))
    _write(folder / "contacts.jsonl", (_hubspot_contact(each, place) for place, each in enumerate(contacts)))
    employed = ((each.source_id, numbers[each.domain]) for each in contacts if each.domain)
    _write(folder / "associations.jsonl", (_employment(person, number) for person, number in employed))


def _salesforce_contact(each: Record, place: int, numbers: dict[str, int]) -> Json:
    return {
        "Id": each.source_id,
        "IsDeleted": each.merged_into is not None,
        "MasterRecordId": each.merged_into and each.merged_into.removeprefix(SALESFORCE),
        "AccountId": _account_id(numbers[each.domain]) if each.domain else None,
        "FirstName": each.first,
        "LastName": each.last,
        "Name": " ".join(filter(None, (each.first, each.last))),
        "MailingStreet": each.street,
        "MailingCity": each.city,
        "MailingState": each.state,
        "MailingPostalCode": each.postcode,
        "MailingCountry": COUNTRY,
        "Email": each.email,
        "Product_User_Id__c": each.external_id,
        **_salesforce_stamps(place),
    }


def _account(domain: str, number: int) -> Json:
    website = f"https://www.{domain}"
    return {
        "Id": _account_id(number),
        "Name": _company_name(domain),
        "Website": website,
        **_salesforce_stamps(number),
    }


def _hubspot_contact(each: Record, place: int) -> Json:
    properties = {
        "email": each.email,
        "firstname": each.first,
        "lastname": each.last,
        "company": _company_name(each.domain) if each.domain else None,
        "website": f"https://{each.domain}" if each.domain else None,
        "address": each.street,
        "city": each.city,
        "state": each.state,
        "zip": each.postcode,
        "country": COUNTRY,
        "salesforcecontactid": each.stored_link and each.stored_link.removeprefix(SALESFORCE),
        "product_user_id": each.external_id,
    }
    return {"id": each.source_id, "properties": properties, **_hubspot_stamps(place)}


def _company(domain: str, number: int) -> Json:
    properties = {"name": _company_name(domain), "domain": domain, "website": f"https://{domain}"}
    return {"id": _company_id(number), "properties": properties, **_hubspot_stamps(number)}


def _employment(person: str, number: int) -> Json:
    ends = {"from_type": "contacts", "from_id": person, "to_type": "companies", "to_id": _company_id(number)}
    return {**ends, "types": EMPLOYEE_OF}


def _account_id(number: int) -> str:
    return to_18(f"001Fb00000{number:05d}")


def _company_id(number: int) -> str:
    return str(FIRST_COMPANY_ID + number)


def _company_name(domain: str) -> str:
    return domain.partition(".")[0].replace("-", " ").title()


def _salesforce_stamps(place: int) -> Json:
    stamp = _moment(place).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), stamp)


def _hubspot_stamps(place: int) -> Json:
    stamp = _moment(place).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"createdAt": stamp, "updatedAt": stamp, "archived": False}


def _moment(place: int) -> datetime:
    """One record a minute, so that no stamp says anything about who is who."""
    return START + timedelta(minutes=place)


def _write(path: Path, entries: Iterable[Json]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
