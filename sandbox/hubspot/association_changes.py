"""Writing associations (v4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot import changes
from sandbox.hubspot.associations import pair_of
from sandbox.hubspot.errors import invalid, not_found
from sandbox.hubspot.schema import ASSOCIATION_TYPES

if TYPE_CHECKING:
    from sandbox.world import World


def put_default(world: World, call: Call) -> Reply:
    """`PUT .../associations/default/Y/{id}`: the unlabelled association."""
    link = _link(world, call)
    type_id = next(iter(ASSOCIATION_TYPES[(link["from_type"], link["to_type"])]))
    changes.associate(world, link, [{"category": "HUBSPOT_DEFINED", "typeId": type_id}])
    result = {
        "from": {"id": str(link["from_id"])},
        "to": {"id": str(link["to_id"])},
        "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id},
    }
    return json_reply(200, {"status": "COMPLETE", "results": [result], **world.batch_times()})


def put_labels(world: World, call: Call) -> Reply:
    """`PUT .../associations/Y/{id}` with a list of types."""
    link = _link(world, call)
    stated = call.json()
    if not isinstance(stated, list) or not stated:
        raise invalid("The body must be a list of association types.")
    kinds = [
        {"category": kind["associationCategory"], "typeId": kind["associationTypeId"]} for kind in stated
    ]
    allowed = ASSOCIATION_TYPES[(link["from_type"], link["to_type"])]
    if any(kind["category"] == "HUBSPOT_DEFINED" and kind["typeId"] not in allowed for kind in kinds):
        raise invalid("An association type does not fit these object types.")
    changes.associate(world, link, kinds)
    created = {"fromObjectId": link["from_id"], "toObjectId": link["to_id"], "labels": []}
    return json_reply(201, created)


def delete(world: World, call: Call) -> Reply:
    """`DELETE .../associations/Y/{id}`: 204."""
    changes.dissociate(world, _link(world, call))
    return Reply(204)


def _link(world: World, call: Call) -> dict[str, Any]:
    from_type, to_type = pair_of(call)
    ends = (call.parameters["record_id"], call.parameters["to_id"])
    if not all(end.isdigit() for end in ends):
        raise not_found()
    from_id = world.hubspot.resolve(from_type, int(ends[0]))
    to_id = world.hubspot.resolve(to_type, int(ends[1]))
    changes.existing(world, from_type, from_id)
    changes.existing(world, to_type, to_id)
    return {"from_type": from_type, "from_id": from_id, "to_type": to_type, "to_id": to_id}
