"""The syntax tree of a SOQL query. Rows and columns count from 1 and point into the query text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """A field, or a field of a parent: `Account.Owner.Name` has three parts."""

    parts: tuple[str, ...]
    row: int
    column: int
    alias: str = ""

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True)
class Function:
    """An aggregate such as `COUNT(Id) total`, or the macro `FIELDS(ALL)`."""

    name: str
    argument: Path | None
    alias: str
    row: int
    column: int


@dataclass(frozen=True)
class TypeOf:
    """`TYPEOF What WHEN Account THEN Name ELSE Id END`."""

    relationship: Path
    branches: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]


@dataclass(frozen=True)
class Literal:
    """A value in a condition; `kind` is string, number, boolean, null, date, datetime or relative.

    `text` is decoded for strings; `amount` is the n of `LAST_N_DAYS:n`.
    """

    kind: str
    text: str
    row: int
    column: int
    amount: int = 0


@dataclass(frozen=True)
class Comparison:
    """`operator` is one of = != < <= > >= like in not_in includes excludes."""

    operand: Path | Function
    operator: str
    values: tuple[Literal, ...] = ()
    query: Query | None = None


@dataclass(frozen=True)
class Combination:
    """Conditions joined by `and` or `or`, or one condition under `not`."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Combination


@dataclass(frozen=True)
class Ordering:
    """One item of ORDER BY; nulls come first unless the query says otherwise."""

    operand: Path | Function
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    """A whole SELECT, or the sub-select of a child relationship."""

    items: tuple[Path | Function | TypeOf | Query, ...]
    source: Path
    where: Condition | None = None
    group: tuple[Path, ...] = ()
    having: Condition | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
