"""Who was erased: what a source still says of them is dropped before it lands.

The warehouse keeps keyed hashes of the ids and addresses of erased people (`ops.tombstones`), made by the
console. They are compared with what a source sends column by column, in SQL, and only where there are any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.log import RawLog, id_table
from pipelines.objects import ObjectSpec

BLOCK = 64  # bytes of a block of SHA-256, to which HMAC fills its key up

# What a source forgets for privacy, and what was held back: logs beside `counts`, committed with the rows.
HELD = pa.schema([("object", pa.string()), ("_record_id", pa.string()), ("_sync_seq", pa.int64())])

HASHES = "select hash from log.ops.tombstones where kind = $kind"
# `answer` is null while nobody has said whose the record is.
ANSWERED = (
    "select source_record_id as _record_id, answer from log.ops.erasure_questions "
    "where kind = 'held' and source = $source and object = $object"
)
# HMAC-SHA256 in SQL, of many rows at once; `$outer` and `$inner` are the padded key.
HMAC = "sha256($outer || unhex(sha256($inner || encode({text}))))"
ERASED = "select position from hashed where " + HMAC.format(text="text") + " in (select hash from hashes)"


@dataclass(frozen=True)
class Erasure:
    """How erased people are known again: the key of the hashes, and source -> object -> address fields."""

    key: bytes = field(default=b"", repr=False)
    addresses: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


class Forgotten:
    """What must not land of one source, by the tombstones that the warehouse had when a load began."""

    def __init__(self, log: RawLog, source: str, erasure: Erasure) -> None:
        self._log, self._source, self._erasure = log, source, erasure
        self._has = {"record": False, "email": False}
        if log.has_table("ops", "tombstones"):
            for kind in self._has:
                self._has[kind] = bool(self._hashes(kind).num_rows)
        self.held: list[tuple[str, str]] = []

    def without(self, spec: ObjectSpec, rows: pa.Table) -> pa.Table:
        """The rows but for those of erased people, and for new records with an erased person's address."""
        owner, column = _person(spec)
        if not rows.num_rows or not any(self._has.values()):
            return rows
        if self._has["record"] and column in rows.column_names:
            prefix = f"{self._source}:{owner}:"
            rows = _but(rows, self._erased(rows, "record", column, f"'{prefix}' || asked.{column}"))
        fields = self._erasure.addresses.get(self._source, {}).get(spec.name, ())
        return self._without_addresses(spec, rows, fields) if self._has["email"] and fields else rows

    def _without_addresses(self, spec: ObjectSpec, rows: pa.Table, fields: Sequence[str]) -> pa.Table:
        """A record that the log knows already is somebody of their own: it is never held back."""
        ids = rows.column("_record_id").to_pylist()
        known = self._log.table(spec.table).known(ids)
        answers = self._answers(spec)
        found: set[int] = set()
        for name in (each for each in fields if each in rows.column_names):
            found |= set(
                self._erased(rows, "email", name, f"lower(trim(nfc_normalize(asked.{_name(name)})))")
            )
        held = [at for at in sorted(found) if ids[at] not in known and answers.get(ids[at]) != "released"]
        self.held += [(spec.name, ids[at]) for at in held if ids[at] not in answers]
        return _but(rows, held)

    def stubs(self, spec: ObjectSpec, rows: pa.Table) -> pa.Table:
        """The same for stubs, which have no addresses: what waits for an answer is left out as well."""
        if not any(self._has.values()):
            return rows
        rows = self.without(spec, rows)
        waiting = [record_id for record_id, answer in self._answers(spec).items() if answer != "released"]
        return rows.join(id_table(waiting), "_record_id", join_type="left anti") if waiting else rows

    def _answers(self, spec: ObjectSpec) -> dict[str, str | None]:
        if not self._log.has_table("ops", "erasure_questions"):
            return {}
        asked = self._log.ask(ANSWERED, None, {"source": self._source, "object": spec.name})
        return {row["_record_id"]: row["answer"] for row in asked.to_pylist()}

    def _hashes(self, kind: str) -> pa.Table:
        return self._log.ask(HASHES, None, {"kind": kind})

    def _erased(self, rows: pa.Table, kind: str, column: str, text: str) -> list[int]:
        """Positions of the rows whose text is that of a tombstone."""
        asked = rows.select([column]).append_column("position", pa.array(range(rows.num_rows), pa.int64()))
        query = (
            f"with hashed as (select position, {text} as text from asked where {text} <> ''), "
            f"hashes as ({HASHES}) {ERASED} order by position"
        )
        inner, outer = padded(self._erasure.key)
        found = self._log.ask(query, asked, {"kind": kind, "inner": inner, "outer": outer})
        positions: list[int] = found.column("position").to_pylist()
        return positions


def padded(key: bytes) -> tuple[bytes, bytes]:
    """The inner and the outer key of HMAC-SHA256 (RFC 2104)."""
    block = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return bytes(each ^ 0x36 for each in block), bytes(each ^ 0x5C for each in block)


def held_table(held: Sequence[tuple[str, str]], sync_seq: int) -> pa.Table:
    """Records by object and id as the log keeps them."""
    rows = [{"object": name, "_record_id": record_id, "_sync_seq": sync_seq} for name, record_id in held]
    return pa.Table.from_pylist(rows, schema=HELD)


def _person(spec: ObjectSpec) -> tuple[str, str]:
    """Whose rows these are, and the column with that record's id: a history's rows are its record's."""
    if spec.kind == "history":
        return spec.parent, spec.parent_column
    return (spec.links.from_object if spec.links else spec.name), "_record_id"


def _but(rows: pa.Table, positions: Sequence[int]) -> pa.Table:
    if not positions:
        return rows
    places = pa.array(range(rows.num_rows), pa.int64())
    return rows.filter(pc.invert(pc.is_in(places, pa.array(positions, pa.int64()))))


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
