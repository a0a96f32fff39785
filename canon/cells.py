"""A cell that a steward may decide: a canonical field of a customer, company or deal, as the copy has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from canon.errors import NothingPublished, UsageError
from canon.find import PLURALS, find_id
from canon.published import open_published
from canon.warehouse import first
from pipelines.policy import POLICY, map_lines, read_policy

# The source of what a steward decided; what it says is no news to whoever decides next.
STEWARD = "steward"


@dataclass(frozen=True)
class Cell:
    """A field of one `entity`.

    `record_key` is the record whose hash the id is, `records` all of its records (`system:object:id`),
    `values` the fields that move together, this one included, with what they are now, `seen` a hash of what
    systems say of each, `policy` its line of the matrix, `line` the one of the field map that has its type.
    """

    entity: str
    entity_id: str
    record_key: str
    records: tuple[str, ...]
    field: str
    policy: Mapping[str, Any]
    values: Mapping[str, str | None]
    seen: Mapping[str, str | None]
    line: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The field, as the queue names it."""
        return self.field if self.entity == "customer" else f"{self.entity}.{self.field}"


def find_cell(published: Path, root: Path, wanted: str, field: str) -> Cell:
    """The cell that somebody means.

    Args:
        published: The published copy.
        root: The project, whose policy says which fields there are.
        wanted: An id, `system:record_id`, or a customer's e-mail address.
        field: A canonical field; `company.` or `deal.` before those of the others.

    Raises:
        UsageError: There is no such field.
        CustomerUnknown: Nobody goes by that.
        NothingPublished: There is no published copy, or an older Canon wrote it.
    """
    entity, _, name = field.rpartition(".")
    policy = read_policy(root / POLICY)
    matrix = policy["ownership"].get(entity or "customer", {})
    if name not in matrix:
        known = [*policy["ownership"]["customer"]]
        known += [f"{each}.{other}" for each in ("company", "deal") for other in policy["ownership"][each]]
        raise UsageError(f"There is no field {field!r}. Fields are {', '.join(known)}.")
    return _read_cell(published, policy, entity or "customer", wanted, name)


def _read_cell(published: Path, policy: Mapping[str, Any], entity: str, wanted: str, name: str) -> Cell:
    matrix = policy["ownership"][entity]
    group = matrix[name].get("group")
    fields = [each for each in matrix if each == name or (group and matrix[each].get("group") == group)]
    needed = [("marts", table) for table in (PLURALS[entity], f"{entity}_sources", f"{entity}_candidates")]
    with open_published(published, needed) as con:
        entity_id = find_id(con, entity, wanted)
        records = _records(con, entity, entity_id)
        return Cell(
            entity=entity,
            entity_id=entity_id,
            record_key=records[0],
            records=records,
            field=name,
            policy=matrix[name],
            values={each: _value(con, entity, entity_id, each) for each in fields},
            seen={each: _seen(con, entity, entity_id, each) for each in fields},
            line=_line(policy, entity, name),
        )


def _records(con: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> tuple[str, ...]:
    """The keys of all records, the one that the id is the hash of first."""
    found = con.execute(
        "select source || ':' || object || ':' || source_record_id as record_key "
        f"from marts.{entity}_sources where {entity}_id = $id "
        "order by md5(record_key) = $id desc, record_key",
        {"id": entity_id},
    ).fetchall()
    if not found:
        raise NothingPublished(f"The published copy has no record of {entity} {entity_id}. Run canon sync.")
    return tuple(key for (key,) in found)


def _value(con: duckdb.DuckDBPyConnection, entity: str, entity_id: str, field: str) -> str | None:
    found = first(
        con,
        f'select cast("{field}" as varchar) from marts.{PLURALS[entity]} where {entity}_id = ?',
        [entity_id],
    )
    return found[0] if found else None


def _seen(con: duckdb.DuckDBPyConnection, entity: str, entity_id: str, field: str) -> str | None:
    """What the models make of the same statements: see the macro answered_records."""
    found = first(
        con,
        "select md5(array_to_string(array_sort(array_distinct(array_agg("
        f"source || '=' || cast(\"{field}\" as varchar)) filter (where \"{field}\" is not null))), '; ')) "
        f"from marts.{entity}_candidates where {entity}_id = ? and source != ? and not is_deleted",
        [entity_id, STEWARD],
    )
    return found[0] if found else None


def _line(policy: Mapping[str, Any], entity: str, field: str) -> Mapping[str, Any]:
    """The line of the field map that has the field's type and normal form."""
    lines = [each for each in map_lines(policy) if (each["entity"], each["to"]) == (entity, field)]
    return next((line for line in lines if line.get("normalize")), lines[0])
