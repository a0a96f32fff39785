"""Salesforce's answers as tables of text: JSON pages and Bulk CSV give the same rows."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pipelines.arrow import Texts, stamp_column, text_columns
from pipelines.fields import Field

# Compound fields repeat their components, base64 and json have no text form; Bulk can select none of them.
NOT_SELECTABLE = frozenset({"address", "location", "base64", "json", "complexvalue"})
BLOCK = 8 << 20  # bytes of CSV parsed at once; no record is longer than one block
DECIMALS = frozenset({"double", "currency", "percent", "long"})


def field_of(described: Mapping[str, Any]) -> Field:
    """A field from its describe entry."""
    return Field(
        name=described["name"],
        label=described.get("label") or "",
        type=described["type"],
        picklist_values=tuple(value["value"] for value in described.get("picklistValues") or ()),
        is_required=not described.get("nillable", True)
        and bool(described.get("createable"))
        and not described.get("defaultedOnCreate"),
        is_writable=bool(described.get("updateable")),
        is_calculated=bool(described.get("calculated")),
        is_loaded=described["type"] not in NOT_SELECTABLE,
    )


def table_of(records: Sequence[Mapping[str, Any]], types: Mapping[str, str], cursor: str) -> pa.Table:
    """REST records as rows for the log; `types` maps the field names to their describe types."""
    booleans = {name for name, kind in types.items() if kind == "boolean"}
    columns = text_columns(records, list(types), booleans=booleans)
    return _with_system_columns(columns, types, cursor)


def table_of_csv(body: bytes, types: Mapping[str, str], cursor: str) -> pa.Table:
    """One file of Bulk results as rows for the log; NUL bytes are dropped.

    A file may come without header; its columns are then in the order of the query.

    Raises:
        ValueError: the text is no CSV with these fields (cut off, say).
    """
    if b"\x00" in body:
        body = body.translate(None, b"\x00")
    if not body:
        return table_of([], types, cursor)
    header = body.split(b"\n", 1)[0].decode().replace('"', "").strip()
    has_header = set(header.split(",")) == set(types)
    read = pa_csv.read_csv(
        io.BytesIO(body),
        read_options=pa_csv.ReadOptions(block_size=BLOCK, column_names=None if has_header else list(types)),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(types, pa.string()), strings_can_be_null=False
        ),
    )
    return _with_system_columns({name: read.column(name) for name in types}, types, cursor)


def _spelled_alike(column: Texts, kind: str) -> Texts:
    """Give a value the same text whichever API it came from: REST's form of datetimes, plain numbers."""
    if kind == "datetime":
        return pc.replace_substring_regex(column, "Z$", "+0000")
    if kind == "int":  # Bulk has been seen to send 3.0
        return pc.replace_substring_regex(column, "[.]0+$", "")
    if kind in DECIMALS and pc.any(pc.match_substring(column, "E")).as_py():
        return pa.array([_plain(value) for value in column.to_pylist()], pa.string())
    return column


def _plain(number: str) -> str:
    """`1.0E7` as `10000000.0`: what the same number is called where it is not written with an exponent."""
    if "E" not in number:
        return number
    plain = format(Decimal(number), "f")
    return plain if "." in plain else f"{plain}.0"


def _with_system_columns(columns: Mapping[str, Texts], types: Mapping[str, str], cursor: str) -> pa.Table:
    """Name the columns as the log does and add the record's id, stamp and deletion mark."""
    columns = {name: _spelled_alike(column, types[name]) for name, column in columns.items()}
    ids = columns["Id"]
    system = {
        "_record_id": ids,
        "_stamp": stamp_column(columns[cursor]),
        "_is_deleted": pc.equal(columns["IsDeleted"], "true")
        if "IsDeleted" in columns
        else pa.repeat(pa.scalar(False), len(ids)),
    }
    return pa.table({**system, **{name.lower(): column for name, column in columns.items()}})
