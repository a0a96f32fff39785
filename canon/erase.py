"""Taking people out of the warehouse: out of the log and the journals, which nothing makes anew.

One transaction, which may be repeated. What models make of the log is made anew by the build that follows.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import md5
from importlib import import_module
from pathlib import Path

import duckdb

from canon.errors import ConfigurationError
from canon.find import Record
from canon.journal import ensure_journals, utc_now
from canon.normalize import keyed_hash, normalize_email
from canon.order import Order
from canon.past import drop_past_states
from canon.settings import Settings
from canon.thinning import CHANGES
from canon.warehouse import all_tables, columns_of, connect, first, has_table, quoted
from pipelines.policy import POLICY, map_lines, read_policy

# What stands for the key itself: without it a lost key would let everybody come back unseen.
KEY_MARK = "ops.tombstones"

# Schemas that nothing makes anew, and the columns there that say whose a row is.
JOURNALS = ("ops", "snapshots")
RECORD_COLUMNS = ("source", "object", "source_record_id")
KEY_COLUMNS = ("record_key", "left_key", "right_key")


def erase(settings: Settings, order: Order) -> None:
    """Delete what an order names, and keep hashes by which it is known again. The caller holds the lock.

    Raises:
        ConfigurationError: The key of the hashes is not the one of earlier erasures.
    """
    with connect(settings.warehouse) as con:
        ensure_journals(con)
        check_key(con, settings)
        con.begin()
        _name_who(con, order)
        if first(con, "select 1 from ops.erasures where erasure_id = ?", [order.erasure_id]) is None:
            _keep_tombstones(con, settings, order)
            _note(con, order)
        _erase_log(con, order)
        _erase_journals(con)
        drop_past_states(con)
        if has_table(con, "snapshots", "customers_snapshot") and has_table(con, "marts", "customer_changes"):
            _erase_history(con)
        con.commit()


def check_key(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make sure that the hashes which are there can be compared with.

    Raises:
        ConfigurationError: They were made with another key.
    """
    found = first(con, "select hash from ops.tombstones where kind = 'key' limit 1")
    if found and found[0] != keyed_hash(KEY_MARK, settings.hash_key()):
        raise ConfigurationError(
            "CANON_HASH_KEY, or the .hash_key file beside the warehouse, is not the key by which erased "
            "people are known again: they would come back unnoticed. Put the key of before back."
        )


def addresses_of(root: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Source -> object -> columns of the log that hold an e-mail address, as the field map says."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in map_lines(read_policy(root / POLICY)):
        if line["entity"] == "customer" and line["to"] == "email":
            objects = found.setdefault(line["source"], {})
            objects[line["object"]] = (*objects.get(line["object"], ()), line["name"].lower())
    return found


def _name_who(con: duckdb.DuckDBPyConnection, order: Order) -> None:
    con.execute(
        "create or replace temp table erased_records "
        "(source varchar, object varchar, source_record_id varchar, record_key varchar)"
    )
    con.execute("create or replace temp table erased_customers (customer_id varchar)")
    for record in order.records:
        con.execute("insert into erased_records values (?, ?, ?, ?)", [*record, record.key])
    for customer_id in order.customers:
        con.execute("insert into erased_customers values (?)", [customer_id])


def _keep_tombstones(con: duckdb.DuckDBPyConnection, settings: Settings, order: Order) -> None:
    """Hashes of the ids, and of every address that any version of the records had."""
    key = settings.hash_key()
    texts = {("record", record.key) for record in order.records}
    texts |= {("email", address) for address in _addresses(con, settings.root, order)}
    if first(con, "select 1 from ops.tombstones where kind = 'key'") is None:
        texts.add(("key", KEY_MARK))
    for kind, text in sorted(texts):
        con.execute(
            "insert into ops.tombstones values (?, ?, ?)", [order.erasure_id, kind, keyed_hash(text, key)]
        )


def _addresses(con: duckdb.DuckDBPyConnection, root: Path, order: Order) -> Iterator[str]:
    """Addresses as models compare them, and as a loader can without a library."""
    columns = addresses_of(root)
    for record in order.records:
        for table, id_column, is_own in tables_of(record):
            for name in columns.get(record.source, {}).get(record.object, ()) if is_own else ():
                schema = f"raw_{record.source}"
                found = _texts(con, schema, table, id_column, name, record)
                for (written,) in (*found, *_pruned_texts(con, schema, name, record)):
                    yield written.strip().lower()
                    yield normalize_email(written) or written.strip().lower()


def _texts(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, id_column: str, name: str, record: Record
) -> list[tuple[str]]:
    if not {id_column, name} <= columns_of(con, schema, table).keys():
        return []
    return con.execute(
        f"select distinct {quoted(name)} from {quoted(schema)}.{quoted(table)} "
        f"where {quoted(id_column)} = ? and trim({quoted(name)}) <> ''",
        [record.source_record_id],
    ).fetchall()


def _pruned_texts(con: duckdb.DuckDBPyConnection, schema: str, name: str, record: Record) -> list[tuple[str]]:
    """What versions said that `canon prune` took out of the log."""
    if not has_table(con, schema, CHANGES):
        return []
    return con.execute(
        "select distinct text from (select object, _record_id, field, unnest([old_value, new_value]) as text "
        f"from {quoted(schema)}.{CHANGES}) where object = ? and _record_id = ? and lower(field) = ? "
        "and trim(text) <> ''",
        [record.object, record.source_record_id, name],
    ).fetchall()


def tables_of(record: Record) -> Iterator[tuple[str, str, bool]]:
    """Where the log has a record: table, column of its id, and whether the rows are versions of itself."""
    module = import_module(f"pipelines.{record.source}.objects")
    histories = getattr(module, "histories", lambda _: ())({record.object: ("any",)})
    for spec in (*module.OBJECTS, *histories):
        if spec.name == record.object:
            yield spec.table, "_record_id", True
        elif spec.links and spec.links.from_object == record.object:
            yield spec.table, "_record_id", False
        elif spec.parent == record.object:
            yield spec.table, spec.parent_column, False


def _erase_log(con: duckdb.DuckDBPyConnection, order: Order) -> None:
    for record in order.records:
        schema = f"raw_{record.source}"
        for table, column, _ in tables_of(record):
            if column in columns_of(con, schema, table):
                con.execute(
                    f"delete from {quoted(schema)}.{quoted(table)} where {quoted(column)} = ?",
                    [record.source_record_id],
                )
        for table in ("held", "privacy_deletions", CHANGES):
            if has_table(con, schema, table):
                con.execute(
                    f"delete from {quoted(schema)}.{table} where object = ? and _record_id = ?",
                    [record.object, record.source_record_id],
                )


def _erase_journals(con: duckdb.DuckDBPyConnection) -> None:
    """Rows of journals and snapshots that are about one of the records."""
    for schema, table in all_tables(con):
        if schema not in JOURNALS:
            continue
        columns = columns_of(con, schema, table).keys()
        place = f"{quoted(schema)}.{quoted(table)}"
        if columns >= set(RECORD_COLUMNS):
            con.execute(
                f"delete from {place} as rows using erased_records as erased where "
                + " and ".join(f"rows.{name} = erased.{name}" for name in RECORD_COLUMNS)
            )
        for name in columns & set(KEY_COLUMNS):
            con.execute(f"delete from {place} where {name} in (select record_key from erased_records)")


def _erase_history(con: duckdb.DuckDBPyConnection) -> None:
    """What was believed of them; of others, who were one with them once, what they do not hold today."""
    con.execute(
        "create or replace temp table shared_versions as select customer_id, dbt_valid_from, dbt_valid_to "
        "from snapshots.customers_snapshot where list_has_any(string_split(members, ' '), "
        "(select coalesce(list(record_key), []) from erased_records))"
    )
    # An id that is nobody's any more goes with the person to whom it led.
    con.execute(
        "insert into erased_customers select customer_id from snapshots.customers_snapshot "
        "where customer_id in (select customer_id from shared_versions) "
        "group by customer_id having bool_and(dbt_valid_to is not null)"
    )
    for place in ("snapshots.customers_snapshot", "marts.customer_changes"):
        con.execute(f"delete from {place} where customer_id in (select customer_id from erased_customers)")
    con.execute("delete from shared_versions where customer_id in (select customer_id from erased_customers)")
    if first(con, "select 1 from shared_versions limit 1"):
        _blank_shared_versions(con)


def _blank_shared_versions(con: duckdb.DuckDBPyConnection) -> None:
    columns = columns_of(con, "snapshots", "customers_snapshot")
    fields = sorted(name for name in columns if f"{name}_source" in columns)
    con.execute(
        "create or replace temp table present as from snapshots.customers_snapshot "
        "where dbt_valid_to is null and customer_id in (select customer_id from shared_versions)"
    )
    for name in map(quoted, fields):
        for end, value in (("dbt_valid_from", "new_value"), ("dbt_valid_to", "old_value")):
            con.execute(
                f"update marts.customer_changes as changes set {value} = null "
                "from shared_versions as shared join present using (customer_id) "
                f"where changes.customer_id = shared.customer_id and changes.changed_at = shared.{end} "
                f"and changes.field = ? and {value} is distinct from cast(present.{name} as varchar)",
                [name.strip('"')],
            )
    same = {name: f"versions.{quoted(name)} is not distinct from present.{quoted(name)}" for name in fields}
    blanks = [
        f"{quoted(column)} = case when {same[name]} then versions.{quoted(column)} end"
        for name in fields
        for column in (name, f"{name}_source")
    ]
    con.execute(
        f"update snapshots.customers_snapshot as versions set {', '.join(blanks)}, "
        "members = array_to_string(list_filter(string_split(versions.members, ' '), "
        "lambda key: not list_contains($keys, key)), ' ') "
        "from shared_versions as shared join present using (customer_id) "
        "where versions.customer_id = shared.customer_id and versions.dbt_valid_from = shared.dbt_valid_from",
        {"keys": [key for (key,) in con.execute("select record_key from erased_records").fetchall()]},
    )


def _note(con: duckdb.DuckDBPyConnection, order: Order) -> None:
    """The journal of erasures, and the questions that one leaves."""
    now = utc_now()
    con.execute(
        "insert into ops.erasures values (?, ?, ?, ?, ?)",
        [order.erasure_id, order.cause, order.source, len(order.records), now],
    )
    for left, customer_id in order.left:
        con.execute("insert into ops.kept_ids values (?, ?, ?)", [left.key, customer_id, now])
        # A steward's word on the customer was addressed to the record that the id was made of.
        con.execute(
            "update ops.value_decisions set record_key = $left where record_key in "
            "(select record_key from erased_records) and (md5(record_key) = $id or record_key in "
            "(select record_key from ops.kept_ids where customer_id = $id))",
            {"left": left.key, "id": customer_id},
        )
        if left.source != order.source:
            _ask_about(con, left, str(order.source), now)


def _ask_about(con: duckdb.DuckDBPyConnection, left: Record, erased_by: str, now: datetime) -> None:
    question_id = md5(f"elsewhere:{erased_by}:{left.key}".encode()).hexdigest()
    if first(con, "select 1 from ops.erasure_questions where question_id = ?", [question_id]) is None:
        con.execute(
            "insert into ops.erasure_questions by name select ? as question_id, 'elsewhere' as kind, "
            "? as source, ? as object, ? as source_record_id, ? as erased_by, ? as asked_at",
            [question_id, *left, erased_by, now],
        )
