"""What stewards decide about values: rows of `ops.value_decisions`, which the next build applies.

The journal is append-only: the last decision on a field counts, until it is withdrawn or expires.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import duckdb

from canon.cells import Cell
from canon.errors import UsageError
from canon.journal import ensure_journals, later_than, utc_now
from canon.lock import run_lock
from canon.settings import Settings
from canon.steward import WITHDRAWN, Grounds
from canon.value_forms import canonical_text
from canon.warehouse import connect, require_warehouse, rows

OVERRIDE, ACCEPTED = "override", "accepted"


@dataclass(frozen=True)
class ValueDecision:
    """A row of `ops.value_decisions`; times are naive UTC."""

    decision_id: str
    entity: str
    record_key: str
    field: str
    kind: str
    value: str | None
    seen: str | None
    item_id: str | None
    actor: str
    reason: str
    decided_at: datetime
    expires_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The row."""
        return asdict(self)


def override(
    settings: Settings, cell: Cell, value: str | None, grounds: Grounds, expires_at: datetime | None = None
) -> list[ValueDecision]:
    """Let a value stand whatever systems say; None is a blank. Fields that move with it stay as they are now.

    Raises:
        UsageError: The value is none of that field, it would opt somebody in, or the expiry is past.
        LockHeld: A run is at work.
    """
    require_warehouse(settings.warehouse)
    checked = canonical_text(settings, cell, value)
    if expires_at is not None and expires_at <= utc_now():
        raise UsageError(f"--until {expires_at:%Y-%m-%d %H:%M} UTC is past already.")
    values = {**cell.values, cell.field: checked}
    return _write(settings, cell, OVERRIDE, values, grounds, expires_at)


def accept(settings: Settings, cell: Cell, grounds: Grounds) -> list[ValueDecision]:
    """Let the policy's answer stand until a system says something else; an override of the field ends.

    Raises:
        LockHeld: A run is at work.
    """
    return _write(settings, cell, ACCEPTED, dict.fromkeys(cell.values), grounds)


def withdraw(settings: Settings, cell: Cell, grounds: Grounds) -> list[ValueDecision]:
    """Take back what was decided about a cell, and about the fields that move with it.

    Raises:
        UsageError: Nothing was decided, or it is withdrawn already.
        LockHeld: A run is at work.
    """
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "review"), connect(settings.warehouse) as con:
        ensure_journals(con)
        standing = _standing(con, cell)
        if not standing:
            raise UsageError(f"No decision about {cell.name} of {cell.entity} {cell.entity_id} holds.")
        decided_at, decision_id = later_than(con, "ops.value_decisions", "decided_at"), uuid4().hex
        taken_back = [
            replace(
                ValueDecision(**each),
                decision_id=decision_id,
                kind=WITHDRAWN,
                value=None,
                actor=grounds.actor,
                reason=grounds.reason,
                decided_at=decided_at,
                expires_at=None,
            )
            for each in standing
        ]
        _append(con, taken_back)
    return taken_back


def _write(
    settings: Settings,
    cell: Cell,
    kind: str,
    values: Mapping[str, str | None],
    grounds: Grounds,
    expires_at: datetime | None = None,
) -> list[ValueDecision]:
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "review"), connect(settings.warehouse) as con:
        ensure_journals(con)
        decided_at, decision_id = later_than(con, "ops.value_decisions", "decided_at"), uuid4().hex
        decisions = [
            ValueDecision(
                decision_id=decision_id,
                entity=cell.entity,
                record_key=cell.record_key,
                field=field,
                kind=kind,
                value=value,
                seen=cell.seen[field],
                item_id=grounds.item_id,
                actor=grounds.actor,
                reason=grounds.reason,
                decided_at=decided_at,
                expires_at=expires_at,
            )
            for field, value in values.items()
        ]
        _append(con, decisions)
    return decisions


def _append(con: duckdb.DuckDBPyConnection, decisions: Sequence[ValueDecision]) -> None:
    """All rows of a decision, or none."""
    columns = ", ".join(asdict(decisions[0]))
    marks = ", ".join("?" for _ in asdict(decisions[0]))
    con.begin()
    for each in decisions:
        con.execute(f"insert into ops.value_decisions ({columns}) values ({marks})", [*asdict(each).values()])
    con.commit()


STANDING = """
select * from ops.value_decisions
where entity = $entity and record_key in (select unnest($records)) and field in (select unnest($fields))
qualify row_number() over (partition by record_key, field order by decided_at desc, decision_id desc) = 1
    and kind != $withdrawn
order by record_key, field
"""


def _standing(con: duckdb.DuckDBPyConnection, cell: Cell) -> list[dict[str, Any]]:
    """The decisions on the cell and its companions: two, where customers of two decisions became one."""
    asked = {"entity": cell.entity, "records": [*cell.records], "fields": [*cell.values]}
    return rows(con, STANDING, {**asked, "withdrawn": WITHDRAWN})
