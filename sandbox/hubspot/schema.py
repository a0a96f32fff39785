"""HubSpot metadata: property definitions expanded from the data folder, and association types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from sandbox.database import quoted

OBJECT_TYPES = {"contacts": "0-1", "companies": "0-2", "deals": "0-3"}
_ALIASES = {"contact": "contacts", "company": "companies", "deal": "deals"} | {
    identifier: name for name, identifier in OBJECT_TYPES.items()
}

DEFAULT_PROPERTIES = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "companies": ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    "deals": (
        "amount", "closedate", "createdate", "dealname", "dealstage",
        "hs_lastmodifieddate", "hs_object_id", "pipeline",
    ),
}  # fmt: skip
"""Properties of a record when the call names none."""

_SYSTEM_PROPERTIES: tuple[dict[str, Any], ...] = (
    {"name": "hs_object_id", "label": "Record ID", "type": "number", "fieldType": "number"},
    {"name": "createdate", "label": "Create Date", "type": "datetime", "fieldType": "date"},
    {
        "name": "hs_lastmodifieddate",
        "label": "Object last modified date",
        "type": "datetime",
        "fieldType": "date",
    },
    {
        "name": "hs_merged_object_ids",
        "label": "Merged record IDs",
        "type": "enumeration",
        "fieldType": "checkbox",
    },
)
_CONTACT_PROPERTIES: tuple[dict[str, Any], ...] = (
    {"name": "lastmodifieddate", "label": "Last Modified Date", "type": "datetime", "fieldType": "date"},
    {"name": "hs_calculated_merged_vids", "label": "Merged vids with timestamps", "calculated": True},
    {"name": "hs_all_contact_vids", "label": "All vids for a contact", "type": "enumeration",
     "fieldType": "checkbox"},
    {"name": "hs_additional_emails", "label": "Additional email addresses", "type": "enumeration",
     "fieldType": "checkbox"},
)  # fmt: skip

ASSOCIATION_TYPES: dict[tuple[str, str], dict[int, tuple[str | None, str]]] = {
    ("contacts", "companies"): {
        279: (None, "contact_to_company_unlabeled"),
        1: ("Primary", "contact_to_company"),
    },
    ("companies", "contacts"): {
        280: (None, "company_to_contact_unlabeled"),
        2: ("Primary", "company_to_contact"),
    },
    ("deals", "companies"): {341: (None, "deal_to_company_unlabeled"), 5: ("Primary", "deal_to_company")},
    ("companies", "deals"): {342: (None, "company_to_deal_unlabeled"), 6: ("Primary", "company_to_deal")},
    ("deals", "contacts"): {3: (None, "deal_to_contact")},
    ("contacts", "deals"): {4: (None, "contact_to_deal")},
    ("contacts", "contacts"): {449: (None, "contact_to_contact")},
    ("companies", "companies"): {450: (None, "company_to_company")},
    ("deals", "deals"): {451: (None, "deal_to_deal")},
}
"""(from, to) to type id to (label, name in inline associations)."""

REVERSE_TYPES = {279: 280, 1: 2, 341: 342, 5: 6, 3: 4, 449: 449, 450: 450, 451: 451}
REVERSE_TYPES |= {reverse: forward for forward, reverse in REVERSE_TYPES.items()}
"""HubSpot-defined type id to the id of the same link seen from the other end."""


@dataclass(frozen=True)
class Property:
    """One property; `attributes` is its complete definition."""

    name: str
    type: str
    attributes: Mapping[str, Any]

    @property
    def is_moment(self) -> bool:
        """Whether values are dates or datetimes."""
        return self.type in ("date", "datetime")

    @property
    def is_read_only(self) -> bool:
        """Whether the API refuses to set it."""
        return bool(self.attributes["modificationMetadata"]["readOnlyValue"])


def canonical_type(name: str) -> str | None:
    """Return `contacts`, `companies` or `deals` for any of their names and type ids, else None."""
    lowered = name.lower()
    found = _ALIASES.get(lowered, lowered)
    return found if found in OBJECT_TYPES else None


def modified_property(object_type: str) -> str:
    """Return the property that holds the modification stamp."""
    return "lastmodifieddate" if object_type == "contacts" else "hs_lastmodifieddate"


def table(object_type: str) -> str:
    """Return the SQL name of the object's table."""
    return f"hubspot.{quoted(object_type)}"


def load_properties(folder: Path) -> dict[str, dict[str, Property]]:
    """Read `properties/<type>.json`; returns properties by object type and name."""
    return {name: _read(folder / "properties" / f"{name}.json", name) for name in OBJECT_TYPES}


def _read(path: Path, object_type: str) -> dict[str, Property]:
    stated = orjson.loads(path.read_bytes()) if path.exists() else []
    names = {entry["name"] for entry in stated}
    kept = _SYSTEM_PROPERTIES + (_CONTACT_PROPERTIES if object_type == "contacts" else ())
    added = [entry | {"modificationMetadata": _READ_ONLY} for entry in kept if entry["name"] not in names]
    defaults = ({"name": name} for name in DEFAULT_PROPERTIES[object_type])
    missing = [entry for entry in defaults if entry["name"] not in names | {item["name"] for item in added}]
    return {entry["name"]: expanded_property(entry) for entry in [*stated, *added, *missing]}


def expanded_property(compact: Mapping[str, Any]) -> Property:
    """Expand a definition to all keys; what it states wins over the defaults."""
    name, kind = compact["name"], compact.get("type", "string")
    attributes = (
        _EVERY_PROPERTY | {"label": name, "fieldType": _FIELD_TYPES.get(kind, "text")} | dict(compact)
    )
    is_server_kept = attributes["calculated"] or name in _SERVER_KEPT
    if "modificationMetadata" not in compact:
        attributes["modificationMetadata"] = _READ_ONLY if is_server_kept else _WRITABLE
    attributes["options"] = [_option(place, option) for place, option in enumerate(attributes["options"])]
    attributes["type"] = kind
    return Property(name, kind, attributes)


def _option(place: int, option: Any) -> dict[str, Any]:
    stated = option if isinstance(option, dict) else {"value": option}
    defaults = {"label": stated["value"], "displayOrder": place, "hidden": False, "description": ""}
    return defaults | stated


_FIELD_TYPES = {
    "bool": "booleancheckbox",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "number": "number",
    "phone_number": "phonenumber",
}
_SERVER_KEPT = frozenset(
    {
        "hs_object_id",
        "createdate",
        "lastmodifieddate",
        "hs_lastmodifieddate",
        "hs_merged_object_ids",
        "hs_calculated_merged_vids",
        "hs_all_contact_vids",
    }
)
_WRITABLE = {
    "archivable": True,
    "readOnlyDefinition": False,
    "readOnlyOptions": False,
    "readOnlyValue": False,
}
_READ_ONLY = {"archivable": False, "readOnlyDefinition": True, "readOnlyOptions": True, "readOnlyValue": True}
_EVERY_PROPERTY: dict[str, Any] = {
    "name": "",
    "label": "",
    "type": "string",
    "fieldType": "text",
    "description": "",
    "groupName": "crm",
    "options": [],
    "displayOrder": -1,
    "calculated": False,
    "externalOptions": False,
    "hasUniqueValue": False,
    "hidden": False,
    "hubspotDefined": True,
    "modificationMetadata": _WRITABLE,
    "formField": False,
    "createdAt": "2023-01-01T00:00:00.000Z",
    "updatedAt": "2023-01-01T00:00:00.000Z",
    "archived": False,
    "dataSensitivity": "non_sensitive",
}
