"""The fields of an object as its source describes them, and the columns they land in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.errors import NameCollision

# The log's own columns of every object table.
SYSTEM_TYPES = {
    "_record_id": pa.string(),
    "_stamp": pa.timestamp("us"),
    "_is_deleted": pa.bool_(),
    "_content_hash": pa.string(),
    "_extract_id": pa.string(),
    "_sync_seq": pa.int64(),
}
FIELD_COLUMNS = (
    "object",
    "field",
    "label",
    "type",
    "picklist_values",
    "is_required",
    "is_writable",
    "is_calculated",
)


@dataclass(frozen=True)
class Field:
    """One field; `name` in the API's spelling, `is_loaded` false where its values can not be selected."""

    name: str
    label: str = ""
    type: str = "string"
    picklist_values: tuple[str, ...] = ()
    is_required: bool = False
    is_writable: bool = False
    is_calculated: bool = False
    is_loaded: bool = True


def columns_of(object_name: str, names: Iterable[str]) -> dict[str, str]:
    """Map API names to column names (the same in lower case), in the API's order.

    Raises:
        NameCollision: two names, or a name and a system column, would share a column.
    """
    taken = {name: f"the log's own column {name}" for name in SYSTEM_TYPES}
    columns: dict[str, str] = {}
    for name in names:
        column = name.lower()
        if column in taken:
            raise NameCollision(
                f"{object_name}: the field {name} and {taken[column]} would both be the column {column!r} of "
                "the raw table. Nothing was loaded; rename one of them at the source, or hide it from the "
                "user that Canon reads with."
            )
        taken[column] = f"the field {name}"
        columns[name] = column
    return columns


def field_rows(object_name: str, fields: Sequence[Field]) -> pa.Table:
    """The metadata log's rows: one per field, all text, with the system columns that a record row has."""
    rows = [
        {
            "_record_id": f"{object_name}.{field.name}",
            "object": object_name,
            "field": field.name,
            "label": field.label,
            "type": field.type,
            "picklist_values": ";".join(field.picklist_values),
            "is_required": str(field.is_required).lower(),
            "is_writable": str(field.is_writable).lower(),
            "is_calculated": str(field.is_calculated).lower(),
        }
        for field in fields
    ]
    names = ["_record_id", *FIELD_COLUMNS]
    table = pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in names]))
    table = table.append_column("_stamp", pa.nulls(len(rows), pa.timestamp("us")))
    return table.append_column("_is_deleted", pa.array([False] * len(rows), pa.bool_()))
