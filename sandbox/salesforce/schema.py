"""Salesforce metadata: the compact describe files of the data folder, expanded to what the API returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from sandbox.database import quoted

SYSTEM_FIELDS = frozenset(
    {
        "Id",
        "IsDeleted",
        "MasterRecordId",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
        "LastActivityDate",
        "LastViewedDate",
        "LastReferencedDate",
    }
)
"""Fields the server keeps; never createable or updateable."""

_COMPOUND_TYPES = frozenset({"address", "location"})
_NUMBER_TYPES = frozenset({"int", "long", "double", "currency", "percent"})
_NAME_PARTS = ("Salutation", "FirstName", "LastName")

SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "long": "xsd:long",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "time": "xsd:time",
    "base64": "xsd:base64Binary",
    "anyType": "xsd:anyType",
    "address": "urn:address",
    "location": "urn:location",
    "json": "tns:json",
}

_COLUMN_TYPES = {
    "boolean": "boolean",
    "int": "bigint",
    "long": "bigint",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "date": "date",
    "datetime": "timestamp",
    "anyType": "json",
}

CHILD_RELATIONSHIPS = {
    ("Account", "ParentId"): "ChildAccounts",
    ("Contact", "AccountId"): "Contacts",
    ("Opportunity", "AccountId"): "Opportunities",
    ("Opportunity", "ContactId"): None,
    ("OpportunityContactRole", "OpportunityId"): "OpportunityContactRoles",
    ("OpportunityContactRole", "ContactId"): "OpportunityContactRoles",
    ("Case", "AccountId"): "Cases",
    ("Case", "ContactId"): "Cases",
}
"""(child object, its field) to the name of the children on the parent; other lookups have none."""

CASCADES = frozenset(
    {
        ("Contact", "AccountId"),
        ("Opportunity", "AccountId"),
        ("OpportunityContactRole", "OpportunityId"),
        ("OpportunityContactRole", "ContactId"),
    }
)
"""Lookups whose children are deleted with their parent."""


@dataclass(frozen=True)
class Field:
    """One field; `attributes` is its complete describe object."""

    name: str
    type: str
    attributes: Mapping[str, Any]

    @property
    def is_compound(self) -> bool:
        """Whether the value is put together from other fields and has no column of its own."""
        return self.type in _COMPOUND_TYPES

    @property
    def is_number(self) -> bool:
        """Whether the value is a JSON number."""
        return self.type in _NUMBER_TYPES

    @property
    def is_id(self) -> bool:
        """Whether the value is a record id."""
        return self.type in ("id", "reference")

    @property
    def column_type(self) -> str:
        """The DuckDB type of its column."""
        return _COLUMN_TYPES.get(self.type, "varchar")

    @property
    def relationship(self) -> str:
        """The name used in paths for the record a lookup points to, or an empty text."""
        return str(self.attributes["relationshipName"] or "")

    @property
    def targets(self) -> list[str]:
        """The objects a lookup may point to."""
        return list(self.attributes["referenceTo"])


@dataclass(frozen=True)
class SObject:
    """One object and its fields, in describe order; its rows must meet `row_filter`, SQL on `{alias}`."""

    name: str
    label: str
    label_plural: str
    key_prefix: str
    custom: bool
    fields: tuple[Field, ...]
    row_filter: str = ""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by lower-case name; field names are case-insensitive."""
        return {field.name.lower(): field for field in self.fields}

    @property
    def table(self) -> str:
        """The SQL name of its table."""
        return f"salesforce.{quoted(self.name)}"

    @property
    def stored(self) -> tuple[Field, ...]:
        """The fields that have a column."""
        return tuple(field for field in self.fields if not field.is_compound)

    def has(self, name: str) -> bool:
        """Tell whether a field exists."""
        return name.lower() in self.by_name

    def components(self, compound: Field) -> dict[str, Field]:
        """Return the parts of an address: `city` to MailingCity and so on."""
        prefix = compound.name.removesuffix("Address")
        parts = (
            "city",
            "country",
            "geocodeAccuracy",
            "latitude",
            "longitude",
            "postalCode",
            "state",
            "street",
        )
        named = {part: self.by_name.get(f"{prefix}{part}".lower()) for part in parts}
        return {part: field for part, field in named.items() if field}

    def without(self, hidden: frozenset[str]) -> SObject:
        """Return the object as a user sees it who may not read the hidden fields (lower-case names)."""
        visible = tuple(field for field in self.fields if field.name.lower() not in hidden)
        return SObject(self.name, self.label, self.label_plural, self.key_prefix, self.custom, visible)


def load_schema(folder: Path) -> dict[str, SObject]:
    """Read `describe/<Object>.json` files; returns objects by API name."""
    files = sorted((folder / "describe").glob("*.json"))
    loaded = [sobject_of(orjson.loads(path.read_bytes())) for path in files]
    return {entry.name: entry for entry in loaded}


def sobject_of(compact: Mapping[str, Any]) -> SObject:
    """Expand an object's compact describe."""
    names = {field["name"] for field in compact["fields"]}
    fields = tuple(expanded_field(field, names) for field in compact["fields"])
    label = compact.get("label", compact["name"])
    plural = compact.get("labelPlural", f"{label}s")
    return SObject(
        compact["name"], label, plural, compact["keyPrefix"], bool(compact.get("custom", False)), fields
    )


def expanded_field(compact: Mapping[str, Any], siblings: set[str] | None = None) -> Field:
    """Expand a field description to all 57 keys; what the file states wins over the type's defaults."""
    name, kind = compact["name"], compact.get("type", "string")
    attributes = _field_defaults(name, kind)
    attributes.update(_kept_by_server(name, kind, bool(compact.get("calculated", False))))
    attributes.update(compact)
    attributes["type"] = kind
    if "byteLength" not in compact and attributes["soapType"] in ("xsd:string", "tns:ID"):
        attributes["byteLength"] = 3 * attributes["length"] if kind not in ("id", "reference") else 18
    if "compoundFieldName" not in compact and siblings:
        attributes["compoundFieldName"] = _compound_of(name, siblings)
    attributes["picklistValues"] = [_picklist_value(value) for value in attributes["picklistValues"]]
    return Field(name, kind, dict(sorted(attributes.items())))


def _field_defaults(name: str, kind: str) -> dict[str, Any]:
    is_long = kind in ("address", "location") or name == "Description"
    return _EVERY_FIELD | {
        "custom": name.endswith("__c"),
        "digits": 9 if kind == "int" else 0,
        "filterable": not is_long,
        "groupable": not is_long
        and kind not in ("double", "currency", "percent", "datetime", "multipicklist"),
        "aggregatable": not is_long and kind not in ("boolean", "multipicklist"),
        "idLookup": kind == "id" or kind == "email",
        "label": name,
        "length": 18 if kind in ("id", "reference") else 0,
        "nameField": name == "Name",
        "permissionable": name not in SYSTEM_FIELDS,
        "relationshipName": _relationship_name(name) if kind == "reference" else None,
        "soapType": SOAP_TYPES.get(kind, "xsd:string"),
        "sortable": not is_long and kind != "multipicklist",
    }


def _kept_by_server(name: str, kind: str, calculated: bool) -> dict[str, Any]:
    if name in SYSTEM_FIELDS or calculated or kind in _COMPOUND_TYPES:
        optional = (
            calculated or name.startswith("Last") or name == "MasterRecordId" or kind in _COMPOUND_TYPES
        )
        required = not optional or name in ("LastModifiedDate", "LastModifiedById")
        return {"createable": False, "updateable": False, "nillable": not required}
    if kind == "boolean":
        return {"nillable": False, "defaultedOnCreate": True, "defaultValue": False}
    return {}


def _relationship_name(name: str) -> str | None:
    if name.endswith("__c"):
        return f"{name[:-3]}__r"
    return name.removesuffix("Id") if name.endswith("Id") else None


def _compound_of(name: str, siblings: set[str]) -> str | None:
    if name in _NAME_PARTS and {"LastName", "Name"} <= siblings:
        return "Name"
    for part in (
        "Street",
        "City",
        "State",
        "PostalCode",
        "Country",
        "Latitude",
        "Longitude",
        "GeocodeAccuracy",
    ):
        compound = f"{name.removesuffix(part)}Address"
        if name.endswith(part) and compound in siblings:
            return compound
    return None


def _picklist_value(value: Any) -> dict[str, Any]:
    stated = value if isinstance(value, dict) else {"value": value}
    label = stated.get("label", stated["value"])
    return {"active": True, "defaultValue": False, "validFor": None} | stated | {"label": label}


_EVERY_FIELD: dict[str, Any] = {
    "aggregatable": True,
    "aiPredictionField": False,
    "autoNumber": False,
    "byteLength": 0,
    "calculated": False,
    "calculatedFormula": None,
    "cascadeDelete": False,
    "caseSensitive": False,
    "compoundFieldName": None,
    "controllerName": None,
    "createable": True,
    "custom": False,
    "defaultValue": None,
    "defaultValueFormula": None,
    "defaultedOnCreate": False,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "digits": 0,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "externalId": False,
    "extraTypeInfo": None,
    "filterable": True,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "groupable": True,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "idLookup": False,
    "inlineHelpText": None,
    "label": "",
    "length": 0,
    "mask": None,
    "maskType": None,
    "name": "",
    "nameField": False,
    "namePointing": False,
    "nillable": True,
    "permissionable": True,
    "picklistValues": [],
    "polymorphicForeignKey": False,
    "precision": 0,
    "queryByDistance": False,
    "referenceTargetField": None,
    "referenceTo": [],
    "relationshipName": None,
    "relationshipOrder": None,
    "restrictedDelete": False,
    "restrictedPicklist": False,
    "scale": 0,
    "searchPrefilterable": False,
    "soapType": "xsd:string",
    "sortable": True,
    "type": "string",
    "unique": False,
    "updateable": True,
    "writeRequiresMasterRead": False,
}
