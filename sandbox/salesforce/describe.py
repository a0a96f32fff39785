"""Versions, global describe, basic metadata and full describe."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.salesforce.errors import not_found
from sandbox.salesforce.rows import version_of
from sandbox.salesforce.schema import CASCADES, CHILD_RELATIONSHIPS, SObject

if TYPE_CHECKING:
    from sandbox.world import World

MASTER_RECORD_TYPE = "012000000000000AAA"
_SEASONS = ("Winter", "Spring", "Summer")
_OLDEST, _NEWEST = 50, 68


def versions(world: World, call: Call) -> Reply:
    """`GET /services/data/`: needs no login."""
    return json_reply(200, [_version(number) for number in range(_OLDEST, _NEWEST + 1)])


def _version(number: int) -> dict[str, str]:
    """Three releases a year; version 59 was Winter '24."""
    years, season = divmod(number - 59, 3)
    return {
        "label": f"{_SEASONS[season]} '{24 + years:02d}",
        "url": f"/services/data/v{number}.0",
        "version": f"{number}.0",
    }


def resources(world: World, call: Call) -> Reply:
    """`GET /services/data/vXX.0/`: what this version offers."""
    base = f"/services/data/{version_of(call)}"
    names = ("sobjects", "query", "queryAll", "limits", "jobs", "composite")
    return json_reply(200, {name: f"{base}/{name}" for name in names})


def global_describe(world: World, call: Call) -> Reply:
    """`GET /sobjects`."""
    entries = [_summary(entry, version_of(call)) for entry in world.visible_schema().values()]
    return json_reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})


def metadata(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/`: the summary and the user's recent records."""
    sobject = named_object(world, call)
    summary = _summary(sobject, version_of(call))
    return json_reply(200, {"objectDescribe": summary, "recentItems": []})


def describe(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/describe`; unchanged since `If-Modified-Since` is a 304."""
    sobject = named_object(world, call)
    if world.not_modified_since(call.headers.get("if-modified-since", "")):
        return Reply(304)
    base = version_of(call)
    modified = {"Last-Modified": format_datetime(world.metadata_changed, usegmt=True)}
    return json_reply(200, _summary(sobject, base) | _details(world, sobject, base), modified)


def named_object(world: World, call: Call) -> SObject:
    """Return the object of the path; raises NOT_FOUND."""
    name = call.parameters["object"].lower()
    for key, entry in world.visible_schema().items():
        if key.lower() == name:
            return entry
    raise not_found()


def _summary(sobject: SObject, version: str) -> dict[str, Any]:
    is_person = sobject.name in ("Contact", "Lead", "Account", "Case")
    is_setup = sobject.name in ("User", "Group", "RecordType")
    base = f"/services/data/{version}/sobjects/{sobject.name}"
    return _EVERY_OBJECT | {
        "createable": True,
        "custom": sobject.custom,
        "deletable": not is_setup,
        "keyPrefix": sobject.key_prefix,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "mergeable": is_person,
        "name": sobject.name,
        "undeletable": not is_setup,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def _details(world: World, sobject: SObject, version: str) -> dict[str, Any]:
    return {
        "actionOverrides": [],
        "childRelationships": _children(world.visible_schema(), sobject),
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [field.attributes for field in sobject.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_record_type(sobject, version)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.label_plural.lower()}", "name": "everything"}],
    }


def _master_record_type(sobject: SObject, version: str) -> dict[str, Any]:
    layout = f"/services/data/{version}/sobjects/{sobject.name}/describe/layouts/{MASTER_RECORD_TYPE}"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE,
        "urls": {"layout": layout},
    }


def _children(schema: Mapping[str, SObject], parent: SObject) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": (child.name, field.name) in CASCADES,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": CHILD_RELATIONSHIPS.get((child.name, field.name)),
            "restrictedDelete": False,
        }
        for child in schema.values()
        for field in child.fields
        if parent.name in field.targets
    ]


_EVERY_OBJECT: dict[str, Any] = {
    "activateable": False,
    "associateEntityType": None,
    "associateParentEntity": None,
    "createable": True,
    "custom": False,
    "customSetting": False,
    "deepCloneable": False,
    "deletable": True,
    "deprecatedAndHidden": False,
    "feedEnabled": True,
    "hasSubtypes": False,
    "isInterface": False,
    "isSubtype": False,
    "keyPrefix": None,
    "label": "",
    "labelPlural": "",
    "layoutable": True,
    "mergeable": False,
    "mruEnabled": True,
    "name": "",
    "queryable": True,
    "replicateable": True,
    "retrieveable": True,
    "searchable": True,
    "triggerable": True,
    "undeletable": True,
    "updateable": True,
    "urls": {},
}
