"""`canon review override` and `withdraw` of values: from what somebody typed to a decision about a cell."""

from canon import values
from canon.cells import find_cell
from canon.errors import UsageError
from canon.explain import parse_as_of
from canon.questions import cell_of, find_item
from canon.settings import Settings
from canon.steward import Grounds


def override_value(
    settings: Settings, what: str, field: str | None, value: str | None, until: str | None, grounds: Grounds
) -> list[values.ValueDecision]:
    """Let a value stand.

    Args:
        settings: Where the copy and the warehouse are.
        what: A question of the queue, or, with a field, whose value.
        field: A canonical field; `company.` or `deal.` before those of the others.
        value: What stands; None is a blank.
        until: ISO 8601 date or time, UTC; a date alone means its end.
        grounds: Who decides, and why.

    Raises:
        UsageError: There is no such question or field, or the value is none of that field.
        LockHeld: A run is at work.
    """
    expires_at = parse_as_of(until, "--until") if until else None
    if field is not None:
        cell = find_cell(settings.published, settings.root, what, field)
        return values.override(settings, cell, value, grounds, expires_at)
    if ":" in what or "@" in what:
        raise UsageError(f"Say which field: canon review override {what} FIELD --value VALUE.")
    item = find_item(settings, what)
    asked = Grounds(grounds.actor, grounds.reason, item.item_id)
    return values.override(settings, cell_of(settings, item), value, asked, expires_at)


def withdraw_value(
    settings: Settings, whose: str, field: str, grounds: Grounds
) -> list[values.ValueDecision]:
    """Take the decision about a cell back.

    Raises:
        UsageError: There is no such field, or nothing was decided.
        LockHeld: A run is at work.
    """
    return values.withdraw(settings, find_cell(settings.published, settings.root, whose, field), grounds)
