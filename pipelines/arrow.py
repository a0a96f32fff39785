"""From what a source said to Arrow columns of text.

'' stands for null or empty, NULL never occurs in a column that was asked for; so a record reads the same
whether it came as JSON or as CSV.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

NUL = "\x00"
Texts: TypeAlias = "pa.Array | pa.ChunkedArray"


def text_column(values: Sequence[Any]) -> pa.Array:
    """JSON values as text: null -> '', true/false, numbers as they were written, objects as compact JSON."""
    column = _uniform(values, pa.string())
    if column is None:
        column = _uniform(values, pa.bool_())
    if column is None:
        column = pa.array([_text(value) for value in values], pa.string())
    return _without_nul(column)


def plain_text(column: Texts) -> Texts:
    """A column of any kind as text: null -> '', NUL bytes dropped."""
    return _without_nul(column.cast(pa.string()).fill_null(""))


def _without_nul(column: Texts) -> Texts:
    has_nul = pc.any(pc.match_substring(column, NUL)).as_py()
    return pc.replace_substring(column, NUL, "") if has_nul else column


def text_columns(
    records: Sequence[Mapping[str, Any]], names: Sequence[str], *, booleans: Collection[str] = ()
) -> dict[str, pa.Array]:
    """The named values of JSON records as text, see `text_column`; a name that a record lacks counts as null.

    `booleans` are names whose values are true or false; the others are expected to be texts. One pass in C++
    where that holds, and a column at a time where it does not.
    """
    kinds = [(name, pa.bool_() if name in booleans else pa.string()) for name in names]
    try:
        columns = pa.array(records, pa.struct(kinds)).flatten() if records else []
    except (pa.ArrowTypeError, pa.ArrowInvalid, UnicodeEncodeError):
        columns = []
    if not columns:
        return {name: text_column([record.get(name) for record in records]) for name in names}
    return dict(zip(names, map(plain_text, columns), strict=True))


def _uniform(values: Sequence[Any], kind: pa.DataType) -> pa.Array | None:
    """Values of one kind and nulls as text, without a step per value; None where there is another kind."""
    try:
        return pa.array(values, kind).cast(pa.string()).fill_null("")
    except (pa.ArrowTypeError, pa.ArrowInvalid, UnicodeEncodeError):
        return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no UTF-8 form
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def stamp_column(texts: Texts) -> Texts:
    """ISO 8601 texts with an offset (`Z`, `+0000`, `+00:00`) as naive UTC timestamps; '' as null."""
    known = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return known.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us"))
