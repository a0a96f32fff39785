"""One scripted change, as `day_two.json` and the control plane write it: {"system", "action", "object", ...}.

Salesforce: `create` {values}, `update` {id, values; stamps among them win}, `recalculate` {id, values; moves
no stamp}, `delete`, `undelete`, `purge` {id}, `merge` {id, loser_ids, values}, `convert` {id, contact_id,
account_id, opportunity}, `fill` {count, values}, `define_field` {values; adds a field or changes one},
`delete_field` {name}.

HubSpot: `create` {values}, `update` {id, values, source, at}, `recalculate` {id, values}, `archive`,
`restore`, `gdpr_delete` {id}, `merge` {id, loser_ids}, `associate` {id, to_type, to_id, types}, `dissociate`
{id, to_type, to_id}, `fill` {count, values}, `define_property` {values}, `archive_property` {name},
`recreate_property` {values; those of the records are gone}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.action_input import Action, moment_of
from sandbox.hubspot import actions as hubspot
from sandbox.salesforce import actions as salesforce

if TYPE_CHECKING:
    from sandbox.world import World


def apply(world: World, action: Action) -> dict[str, Any]:
    """Apply one action; returns {"id": ...} of the record that matters afterwards.

    With `stamp` (ISO) what it changes is stamped with that moment instead of now: a long transaction that
    commits late, a clock that is ahead. Raises ValueError for an action that is not understood, ApiError for
    a record that does not exist.
    """
    system, verb = str(action.get("system", "")), str(action.get("action", ""))
    verbs = {"salesforce": salesforce.VERBS, "hubspot": hubspot.VERBS}.get(system)
    if verbs is None:
        raise ValueError(f"system is 'salesforce' or 'hubspot', not {system!r}.")
    if verb not in verbs:
        raise ValueError(f"There is no {system} action {verb!r}; the actions are {', '.join(sorted(verbs))}.")
    with world.clock.showing(moment_of(action, "stamp")):
        return verbs[verb](world, action)
