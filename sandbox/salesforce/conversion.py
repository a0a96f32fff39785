"""Lead conversion: the lead becomes a contact (new, or one that exists), an account, maybe an opportunity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.salesforce import changes
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.schema import SObject

if TYPE_CHECKING:
    from sandbox.world import World

_COPIED = (
    "FirstName", "LastName", "Salutation", "Email", "Phone", "MobilePhone", "Fax", "Title", "LeadSource",
    "Description", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "OwnerId", "IndividualId",
)  # fmt: skip
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy")
DAYS_TO_CLOSE = 90


def convert(
    world: World, identifier: str, contact_id: str = "", account_id: str = "", opportunity: str = ""
) -> dict[str, Any]:
    """Convert a lead; empty ids make new records, `opportunity` is the name of one to make.

    Returns the ids by field name. An existing contact only has its empty fields filled.
    """
    schema = world.salesforce.schema
    lead = changes.existing(world, schema["Lead"], identifier)
    if lead["IsConverted"] or lead["IsDeleted"]:
        raise SalesforceError(
            400, "CANNOT_UPDATE_CONVERTED_LEAD", "This lead is converted or deleted already.", []
        )
    if contact_id and not account_id:
        account_id = str(changes.existing(world, schema["Contact"], contact_id)["AccountId"] or "")
    account_id = account_id or changes.create(world, schema["Account"], _account(lead))
    values = _contact(schema["Contact"], lead) | {"AccountId": account_id}
    if contact_id:
        _fill(world, schema["Contact"], contact_id, values)
    else:
        contact_id = changes.create(world, schema["Contact"], values)
    converted = {"ConvertedContactId": contact_id, "ConvertedAccountId": account_id}
    if opportunity:
        converted["ConvertedOpportunityId"] = _opportunity(world, lead, account_id, contact_id, opportunity)
    changes.update(world, schema["Lead"], identifier, _lead_values(world, schema["Lead"]) | converted)
    return converted


def _account(lead: Mapping[str, Any]) -> dict[str, Any]:
    address = {f"Billing{part}": lead.get(part) for part in _ADDRESS}
    copied = {
        name: lead.get(name) for name in ("Phone", "Website", "Industry", "NumberOfEmployees", "OwnerId")
    }
    return {"Name": lead["Company"]} | copied | address


def _contact(contact: SObject, lead: Mapping[str, Any]) -> dict[str, Any]:
    copied = {name: lead.get(name) for name in _COPIED if contact.has(name)}
    copied |= {f"Mailing{part}": lead.get(part) for part in _ADDRESS if contact.has(f"Mailing{part}")}
    custom = {name: value for name, value in lead.items() if name.endswith("__c") and contact.has(name)}
    return {name: value for name, value in (copied | custom).items() if value is not None}


def _fill(world: World, contact: SObject, identifier: str, values: Mapping[str, Any]) -> None:
    stored = changes.existing(world, contact, identifier)
    empty = {name: value for name, value in values.items() if stored.get(name) in (None, "")}
    changes.update(world, contact, identifier, empty)


def _opportunity(world: World, lead: Mapping[str, Any], account_id: str, contact_id: str, name: str) -> str:
    schema = world.salesforce.schema
    stages = schema["Opportunity"].by_name["stagename"].attributes["picklistValues"]
    closes = (world.clock.now() + timedelta(days=DAYS_TO_CLOSE)).date().isoformat()
    values = {"Name": name, "AccountId": account_id, "CloseDate": closes, "OwnerId": lead["OwnerId"]}
    values["StageName"] = stages[0]["value"] if stages else "Prospecting"
    identifier = changes.create(world, schema["Opportunity"], values)
    if "OpportunityContactRole" in schema:
        role = {"OpportunityId": identifier, "ContactId": contact_id, "IsPrimary": True}
        changes.create(world, schema["OpportunityContactRole"], role)
    return identifier


def _lead_values(world: World, lead: SObject) -> dict[str, Any]:
    statuses = [value["value"] for value in lead.by_name["status"].attributes["picklistValues"]]
    closing = next((status for status in statuses if "converted" in status.lower()), None)
    values: dict[str, Any] = {"IsConverted": True, "ConvertedDate": world.clock.now().date().isoformat()}
    return values | ({"Status": closing} if closing else {})
