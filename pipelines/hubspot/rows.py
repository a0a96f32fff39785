"""HubSpot's answers as tables of text."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrow import stamp_column, text_column, text_columns
from pipelines.fields import Field
from pipelines.hubspot.objects import HISTORY_FIELDS, LINK_FIELDS, OWNER_FIELDS, STAGE_FIELDS

Record = Mapping[str, Any]

MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")


def field_of(definition: Record) -> Field:
    """A field from its property definition."""
    return Field(
        name=definition["name"],
        label=definition.get("label") or "",
        type=definition.get("type") or "string",
        picklist_values=tuple(option["value"] for option in definition.get("options") or ()),
        is_writable=not (definition.get("modificationMetadata") or {}).get("readOnlyValue", False),
        is_calculated=bool(definition.get("calculated")),
    )


def table_of(records: Sequence[Record], properties: Sequence[str], cursor: str) -> pa.Table:
    """Records with their properties as rows for the log."""
    values = [record["properties"] for record in records]
    columns = text_columns(values, properties)
    return pa.table(
        {**_system(records, cursor), **{name.lower(): column for name, column in columns.items()}}
    )


def stubs_of(records: Sequence[Record], cursor: str) -> pa.Table:
    """(id, stamp, deleted) of records that came with the cursor property."""
    return pa.table(_system(records, cursor))


def owner_table(owners: Sequence[Record]) -> pa.Table:
    """Owners as rows for the log."""
    system = {
        "_record_id": text_column([owner["id"] for owner in owners]),
        "_stamp": stamp_column(text_column([owner.get("updatedAt") for owner in owners])),
        "_is_deleted": pa.array([bool(owner.get("archived")) for owner in owners], pa.bool_()),
    }
    columns = {name.lower(): text_column([owner.get(name) for owner in owners]) for name in OWNER_FIELDS}
    return pa.table({**system, **columns})


def stage_table(pipelines: Sequence[Record]) -> pa.Table:
    """Pipelines as rows, one per stage. Without stamp: a renamed pipeline does not stamp its stages."""
    stages = [(pipeline, stage) for pipeline in pipelines for stage in pipeline.get("stages") or ()]
    rows = [
        {
            "pipeline_id": pipeline["id"],
            "pipeline_label": pipeline.get("label"),
            "stage_id": stage["id"],
            "stage_label": stage.get("label"),
            "display_order": stage.get("displayOrder"),
            "probability": (stage.get("metadata") or {}).get("probability"),
            "is_closed": (stage.get("metadata") or {}).get("isClosed"),
            "archived": bool(pipeline.get("archived")) or bool(stage.get("archived")),
        }
        for pipeline, stage in stages
    ]
    system = {
        "_record_id": text_column([f"{row['pipeline_id']}:{row['stage_id']}" for row in rows]),
        "_stamp": pa.nulls(len(rows), pa.timestamp("us")),
        "_is_deleted": pa.array([row["archived"] for row in rows], pa.bool_()),
    }
    return pa.table({**system, **{name: text_column([row[name] for row in rows]) for name in STAGE_FIELDS}})


def link_table(links: Mapping[str, Iterable[Record]], primary_type: str) -> pa.Table:
    """Association rows, one per from-record; the to-ids ascend, the other lists follow their order."""
    rows = [_link_row(entries, primary_type) for entries in links.values()]
    system = {
        "_record_id": pa.array(list(links), pa.string()),
        "_stamp": pa.nulls(len(rows), pa.timestamp("us")),
        "_is_deleted": pa.repeat(pa.scalar(False), len(rows)),
    }
    return pa.table({**system, **{name: text_column([row[name] for row in rows]) for name in LINK_FIELDS}})


def _link_row(entries: Iterable[Record], primary_type: str) -> dict[str, str]:
    types: dict[str, set[str]] = {}
    for entry in entries:  # one record may come in several entries, one per page or type
        kinds = types.setdefault(str(entry["toObjectId"]), set())
        kinds.update(str(kind["typeId"]) for kind in entry.get("associationTypes") or ())
    ordered = sorted(types, key=int)
    primary = [to_id for to_id in ordered if primary_type in types[to_id]]
    return {
        "to_ids": ";".join(ordered),
        "primary_to_id": primary[0] if primary else "",
        "association_types": ";".join(",".join(sorted(types[to_id], key=int)) for to_id in ordered),
    }


def history_table(histories: Mapping[str, Mapping[str, Sequence[Record]]]) -> pa.Table:
    """Histories, by record id and property, as rows: one per entry, which has no id of its own at HubSpot."""
    entries = [
        {**entry, "record_id": record_id, "property": name}
        for record_id, properties in histories.items()
        for name, history in properties.items()
        for entry in history
    ]
    columns = {name.lower(): text_column([entry.get(name) for entry in entries]) for name in HISTORY_FIELDS}
    system = {
        "_record_id": pa.array([_entry_id(entry) for entry in entries], pa.string()),
        "_stamp": stamp_column(columns["timestamp"]),
        "_is_deleted": pa.repeat(pa.scalar(False), len(entries)),
    }
    return pa.table({**system, **columns})


def _entry_id(entry: Record) -> str:
    """What makes an entry the same one; a hash of the value, which can be long."""
    value = sha256(str(entry.get("value") or "").encode("utf-8", "replace")).hexdigest()[:16]
    return f"{entry['record_id']}:{entry['property']}:{entry.get('timestamp')}:{value}"


def absorbed_ids(rows: pa.Table) -> list[str]:
    """Ids that these records name as merged into them: `51;1`, or `51:1700000000000` of older merges."""
    named: dict[str, None] = {}
    for column in (name for name in MERGED if name in rows.column_names):
        merged = rows.filter(pc.not_equal(rows.column(column), ""))
        for text in merged.column(column).to_pylist():
            named |= dict.fromkeys(part.partition(":")[0].strip() for part in text.split(";"))
    own = set(rows.column("_record_id").to_pylist()) if named else set()
    return [record_id for record_id in named if record_id and record_id not in own]


def stamp_of(record: Record, cursor: str) -> str:
    """When a record was last modified: its cursor property, or what the envelope says where that is empty."""
    return (record.get("properties") or {}).get(cursor) or record.get("updatedAt") or ""


def _system(records: Sequence[Record], cursor: str) -> dict[str, pa.Array]:
    return {
        "_record_id": text_column([record["id"] for record in records]),
        "_stamp": stamp_column(text_column([stamp_of(record, cursor) for record in records])),
        "_is_deleted": pa.array([bool(record.get("archived")) for record in records], pa.bool_()),
    }
