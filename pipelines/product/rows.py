"""The product's columns as the log keeps them: what a query selects, and its answer as text."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.exc import CompileError

from pipelines.arrow import plain_text
from pipelines.errors import ConfigurationError
from pipelines.fields import Field
from pipelines.product.objects import UserTable

Columns: TypeAlias = "Mapping[str, sa.Column[Any]]"
Selected: TypeAlias = "sa.ColumnElement[Any]"

# No text says what is in them.
NOT_TEXT = (sa.LargeBinary,)


def field_of(column: "sa.Column[Any]", wanted: Collection[str], dialect: sa.Dialect) -> Field:
    """A field from its column; only what is wanted is loaded, for a table of users also holds secrets."""
    kind = column.type
    return Field(
        name=column.name,
        label=column.comment or "",
        type="enumeration" if isinstance(kind, sa.Enum) else _type_name(kind, dialect),
        picklist_values=tuple(kind.enums) if isinstance(kind, sa.Enum) else (),
        is_required=not column.nullable,
        is_calculated=column.computed is not None,
        is_loaded=column.name.lower() in wanted and not isinstance(kind, NOT_TEXT),
    )


def system_columns(columns: Columns, table: UserTable) -> "list[Selected]":
    """The log's own columns of a user: id, stamp and deletion mark."""
    return [
        sa.cast(columns[table.id], sa.Text).label("_record_id"),
        columns[table.stamp].label("_stamp"),
        _deletion(columns, table).label("_is_deleted"),
    ]


def field_columns(columns: Columns, names: Iterable[str]) -> "list[Selected]":
    """The fields' columns: moments and booleans as they are, everything else as the database writes it.

    So a number keeps its digits, and a text where a number should be is for staging to reject.
    """
    found = [columns[name] for name in names]
    return [
        (column if isinstance(column.type, sa.DateTime | sa.Boolean) else sa.cast(column, sa.Text)).label(
            column.name.lower()
        )
        for column in found
    ]


def table_of(answer: pa.Table) -> pa.Table:
    """A query's answer as rows for the log."""
    columns = dict(zip(answer.column_names, answer.columns, strict=True))
    system = {
        "_record_id": columns.pop("_record_id").cast(pa.string()),
        "_stamp": _moment(columns.pop("_stamp")),
        "_is_deleted": columns.pop("_is_deleted").cast(pa.bool_()),
    }
    return pa.table({**system, **{name: _text(column) for name, column in columns.items()}})


def require_columns(columns: Columns, table: UserTable) -> None:
    """Check that a table has what every log needs.

    Raises:
        ConfigurationError: the id or the stamp is not there, or is of a kind that cannot serve.
    """
    known = ", ".join(columns)
    for name in (table.id, table.stamp):
        if name not in columns:
            raise ConfigurationError(
                f"product: {table.name} has no column {name} that may be read; it shows {known or 'none'}. "
                "Grant it, or name another column in pipelines/product/objects.py."
            )
    if not isinstance(columns[table.stamp].type, sa.DateTime):
        raise ConfigurationError(
            f"product: {table.name}.{table.stamp} is no timestamp, and a load goes by when a user last "
            "changed. Name another column, or a view that has one, in pipelines/product/objects.py."
        )


def _deletion(columns: Columns, table: UserTable) -> "Selected":
    column = columns.get(table.deleted)
    if column is None:
        return sa.false()
    if isinstance(column.type, sa.Boolean):
        return sa.func.coalesce(column, sa.false(), type_=sa.Boolean)
    return column.is_not(None)


def _type_name(kind: "sa.types.TypeEngine[Any]", dialect: sa.Dialect) -> str:
    try:
        return str(kind.compile(dialect)).lower()
    except CompileError:
        return "unknown"


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return plain_text(pc.strftime(_moment(column), format="%Y-%m-%dT%H:%M:%SZ"))
    return plain_text(column)


def _moment(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments as naive UTC; one without offset is UTC."""
    return column.cast(pa.timestamp("us"))
