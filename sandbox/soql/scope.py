"""The tables a query reads: the object it names, and the parents that its paths reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.database import quoted
from sandbox.salesforce.schema import Field, SObject
from sandbox.soql import tree
from sandbox.soql.errors import malformed, unknown_column, unknown_relationship, unknown_type

MAX_PARENT_LEVELS = 5


@dataclass
class Scope:
    """The tables of one query: the root object and the parents that its paths joined so far."""

    text: str
    schema: Mapping[str, SObject]
    root: SObject
    alias: str
    now: datetime
    prefix: str = "t"
    hidden_records: tuple[str, ...] = ()
    joins: list[str] = field(default_factory=list)
    parents: dict[tuple[str, ...], tuple[str, SObject]] = field(default_factory=dict)

    def resolve(self, path: tree.Path) -> tuple[str, Field, tuple[str, ...]]:
        """Return (SQL of the column, field, canonical path); raises INVALID_FIELD."""
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() in (self.alias.lower(), self.root.name.lower()):
            parts = parts[1:]
        if len(parts) > MAX_PARENT_LEVELS + 1:
            raise malformed(self.text, path.row, path.column, "SOQL relationships are at most 5 levels deep")
        table, sobject = f"{self.prefix}0", self.root
        canonical: tuple[str, ...] = ()
        for part in parts[:-1]:
            table, sobject, canonical = self._parent(table, sobject, canonical, part, path)
        found = sobject.by_name.get(parts[-1].lower())
        if not found:
            raise unknown_column(self.text, path.row, path.column, parts[-1], sobject.name)
        return value_sql(table, sobject, found), found, (*canonical, found.name)

    def _parent(
        self, table: str, sobject: SObject, canonical: tuple[str, ...], part: str, path: tree.Path
    ) -> tuple[str, SObject, tuple[str, ...]]:
        lookup = next((entry for entry in sobject.fields if entry.relationship.lower() == part.lower()), None)
        target = self._target(lookup)
        if lookup is None or target is None:
            raise unknown_relationship(self.text, path.row, path.column, part)
        key = (*canonical, lookup.relationship)
        if key not in self.parents:
            alias = f"{self.prefix}{len(self.parents) + 1}"
            on = f'{alias}."Id" = {table}.{quoted(lookup.name)}'
            self.joins.append(f"left join {target.table} {alias} on {on}")
            self.parents[key] = (alias, target)
        return *self.parents[key], key

    def _target(self, lookup: Field | None) -> SObject | None:
        names = lookup.targets if lookup else []
        known = [self.schema[name] for name in names if name in self.schema]
        return next((entry for entry in known if entry.name != "Group"), known[0] if known else None)

    @property
    def source(self) -> str:
        """The FROM clause with all joins made so far."""
        return " ".join([f"{self.root.table} {self.prefix}0", *self.joins])


def value_sql(table: str, sobject: SObject, found: Field) -> str:
    """Return the SQL of a field: its column, or a struct of its parts for an address."""
    if not found.is_compound:
        return f"{table}.{quoted(found.name)}"
    parts = {name: f"{table}.{quoted(part.name)}" for name, part in sobject.components(found).items()}
    packed = ", ".join(f"{name} := {sql}" for name, sql in parts.items())
    known = ", ".join(f"cast({sql} as varchar)" for sql in parts.values())
    return f"case when coalesce({known}) is not null then struct_pack({packed}) end"


def named_object(text: str, path: tree.Path, schema: Mapping[str, SObject]) -> SObject:
    """Return the object of a FROM clause; raises INVALID_TYPE."""
    name = str(path).lower()
    found = next((entry for key, entry in schema.items() if key.lower() == name), None)
    if not found:
        raise unknown_type(text, path.row, path.column, str(path))
    return found
