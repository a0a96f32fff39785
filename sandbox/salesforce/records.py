"""Single records: read, create, update, upsert, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.database import quoted
from sandbox.http import Call, Reply, json_reply
from sandbox.ids import is_salesforce_id, to_18
from sandbox.salesforce import changes
from sandbox.salesforce.describe import named_object
from sandbox.salesforce.errors import SalesforceError, not_found
from sandbox.salesforce.rows import attributes, version_of
from sandbox.salesforce.schema import Field, SObject
from sandbox.salesforce.validation import validated
from sandbox.salesforce.wire import rest_sql, rest_value
from sandbox.soql.scope import value_sql

if TYPE_CHECKING:
    from sandbox.world import World


def read(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/{id}?fields=A,B`."""
    sobject = named_object(world, call)
    return json_reply(
        200, _record(world, call, sobject, _alive(world, sobject, call.parameters["record_id"]))
    )


def read_by_external_id(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/{field}/{value}`."""
    sobject = named_object(world, call)
    found = _by_external_id(world, call, sobject)
    if not found:
        raise not_found()
    return json_reply(200, _record(world, call, sobject, found[0]))


def create(world: World, call: Call) -> Reply:
    """`POST /sobjects/X`: 201 with the new id."""
    sobject = named_object(world, call)
    values = validated(sobject, _body(call), creating=True)
    _check_lookups(world, sobject, values)
    _check_unique(world, sobject, values, "")
    identifier = changes.create(world, sobject, values)
    return json_reply(201, {"id": identifier, "success": True, "errors": []})


def update(world: World, call: Call) -> Reply:
    """`PATCH /sobjects/X/{id}`: 204."""
    sobject = named_object(world, call)
    identifier = _alive(world, sobject, call.parameters["record_id"])
    _update(world, sobject, identifier, _body(call))
    return Reply(204)


def upsert(world: World, call: Call) -> Reply:
    """`PATCH /sobjects/X/{external field}/{value}`: 201, 200, or 300 when several match."""
    sobject = named_object(world, call)
    found = _by_external_id(world, call, sobject)
    body = _body(call)
    if found:
        _update(world, sobject, found[0], body)
        return json_reply(200, {"id": found[0], "success": True, "errors": [], "created": False})
    field = _external_field(call, sobject)
    values = validated(sobject, {**body, field.name: call.parameters["value"]}, creating=True)
    _check_lookups(world, sobject, values)
    identifier = changes.create(world, sobject, values)
    return json_reply(201, {"id": identifier, "success": True, "errors": [], "created": True})


def delete(world: World, call: Call) -> Reply:
    """`DELETE /sobjects/X/{id}`: 204; the record goes to the recycle bin."""
    sobject = named_object(world, call)
    changes.delete(world, sobject, _alive(world, sobject, call.parameters["record_id"]))
    return Reply(204)


def _body(call: Call) -> Any:
    try:
        return call.json()
    except ValueError:
        raise SalesforceError(400, "JSON_PARSER_ERROR", "The request body is not valid JSON.") from None


def _alive(world: World, sobject: SObject, identifier: str) -> str:
    """Return the 18 character id of a record that exists and is not deleted."""
    if not is_salesforce_id(identifier):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {identifier}")
    stored = world.salesforce.record(sobject, identifier)
    if stored is None or to_18(identifier) in world.switches.hidden_records:
        raise not_found()
    if stored.get("IsDeleted"):
        raise SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted", [])
    return to_18(identifier)


def _record(world: World, call: Call, sobject: SObject, identifier: str) -> dict[str, Any]:
    wanted = {name.lower() for name in call.many("fields")}
    for name in wanted:
        if not sobject.has(name):
            raise SalesforceError(
                400, "INVALID_FIELD", f"No such column '{name}' on entity '{sobject.name}'."
            )
    fields = [
        field for field in sobject.fields if not wanted or field.name.lower() in wanted or field.name == "Id"
    ]
    selected = ", ".join(rest_sql(value_sql("t0", sobject, field), field) for field in fields)
    row = world.database.row(f'select {selected} from {sobject.table} t0 where t0."Id" = ?', [identifier])
    values = row or ()
    record: dict[str, Any] = {"attributes": attributes(call, sobject, identifier)}
    for field, value in zip(fields, values, strict=True):
        record[field.name] = rest_value(value, field, world.switches)
    return record


def _update(world: World, sobject: SObject, identifier: str, body: Any) -> None:
    values = validated(sobject, body, creating=False)
    if (world.salesforce.record(sobject, identifier) or {}).get("IsConverted"):
        raise SalesforceError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    _check_lookups(world, sobject, values)
    _check_unique(world, sobject, values, identifier)
    changes.update(world, sobject, identifier, values)


def _check_lookups(world: World, sobject: SObject, values: dict[str, Any]) -> None:
    """Refuse a lookup to a record that does not exist or is deleted."""
    for name, value in values.items():
        field = sobject.by_name[name.lower()]
        targets = [
            world.salesforce.schema[target] for target in field.targets if target in world.salesforce.schema
        ]
        if not targets or value in (None, ""):
            continue
        stored = [world.salesforce.record(target, str(value)) for target in targets]
        if not any(record and not record.get("IsDeleted") for record in stored):
            raise SalesforceError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [name])


def _check_unique(world: World, sobject: SObject, values: dict[str, Any], own: str) -> None:
    for name, value in values.items():
        if sobject.by_name[name.lower()].attributes["unique"] and value not in (None, ""):
            sql = f'select "Id" from {sobject.table} where lower({quoted(name)}) = ? and "Id" <> ? limit 1'
            holder = world.database.value(sql, [str(value).lower(), own])
            if holder:
                message = f"duplicate value found: {name} duplicates value on record with id: {holder[:15]}"
                raise SalesforceError(400, "DUPLICATE_VALUE", message, [])


def _external_field(call: Call, sobject: SObject) -> Field:
    name = call.parameters["external_field"]
    field = sobject.by_name.get(name.lower())
    if field is None or not (field.attributes["externalId"] or field.name == "Id"):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def _by_external_id(world: World, call: Call, sobject: SObject) -> list[str]:
    """Return the ids with this external id; several make the HTTP 300 with a list of record URLs."""
    field = _external_field(call, sobject)
    value = call.parameters["value"]
    matches = '"Id" = ?' if field.is_id else f"lower({quoted(field.name)}) = ?"
    alive = ' and not "IsDeleted"' if sobject.has("IsDeleted") else ""
    rows = world.database.rows(
        f'select "Id" from {sobject.table} where {matches}{alive} order by "Id"',
        [to_18(value) if field.is_id else value.lower()],
    )
    found = [row[0] for row in rows]
    if len(found) > 1:
        base = f"/services/data/{version_of(call)}/sobjects/{sobject.name}"
        raise SeveralMatch([f"{base}/{identifier}" for identifier in found])
    return found


class SeveralMatch(SalesforceError):
    """An external id that several records carry: HTTP 300 and a JSON array of their URLs."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__(300, "MULTIPLE_CHOICES", "")
        self.reply = json_reply(300, urls)
