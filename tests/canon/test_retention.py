"""What of superseded versions goes, row by row and cell by cell, and what `canon prune` says and refuses."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from canon import cli, retention
from canon.doctor_data import data_findings
from canon.errors import ConfigurationError, LockHeld, UsageError
from canon.findings import OK, WARNING, Finding
from canon.journal import ensure_journals, utc_now
from canon.lock import run_lock
from canon.position import position_at
from canon.retention import prune, superseded_days
from canon.settings import Settings
from canon.thinning import LogTable, thin

POLICY = """
vars:
  field_map: {customer: {hubspot: {contacts: {phone: {to: phone, type: string}}}}}
  retention: {superseded_days: DAYS}
"""
DAY = timedelta(days=1)
COLUMNS = ("seq", "phone", "email", "note")
Cells = tuple[Any, ...]


def version(seq: int, phone: str | None, email: str | None, note: str | None, **own: Any) -> dict[str, Any]:
    row = {"_record_id": "1", "_stamp": datetime(2026, 1, seq), "_is_deleted": False, "_content_hash": None}
    return {
        **row,
        "_extract_id": f"x{seq}",
        "_sync_seq": seq,
        "phone": phone,
        "email": email,
        "note": note,
        **own,
    }


def log(con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> LogTable:
    con.execute(
        "create schema if not exists raw_hubspot; create or replace table raw_hubspot.contacts ("
        "_record_id varchar, _stamp timestamp, _is_deleted boolean, _content_hash varchar, "
        "_extract_id varchar, _sync_seq bigint, phone varchar, email varchar, note varchar)"
    )
    for row in rows:
        con.execute(f"insert into raw_hubspot.contacts values ({', '.join('?' * len(row))})", [*row.values()])
    return LogTable("raw_hubspot", "contacts", "contacts", False, {"phone": "Phone"})


def thinned(rows: list[dict[str, Any]], horizon: int) -> list[Cells]:
    """What is left: counter of the sync, phone, e-mail address, note."""
    with duckdb.connect() as con:
        table = log(con, rows)
        thin(con, table, 0, horizon)
        query = "select _sync_seq, phone, email, note from raw_hubspot.contacts order by _sync_seq"
        return con.execute(query).fetchall()


def test_of_each_field_the_last_change_and_the_one_before_stay() -> None:
    left = thinned(
        [
            version(1, "1", "a", ""),
            version(2, "2", "a", ""),
            version(3, "3", "a", ""),
            version(4, "4", "a", "x"),
            version(5, "4", "a", "x"),
            version(6, "4", "a", "x"),
            version(7, "5", "a", "x"),
        ],
        horizon=6,
    )
    assert left == [
        (1, None, "a", ""),  # seen for the first time; the first value of two fields
        (3, "3", None, None),
        (4, "4", None, "x"),
        (6, "4", "a", "x"),  # the newest one then, whole
        (7, "5", "a", "x"),  # later
    ]


def test_when_a_record_was_first_seen_stays_known_where_nothing_of_that_version_does() -> None:
    rows = [version(seq, *(str(seq),) * 3) for seq in range(1, 7)]
    assert thinned(rows, horizon=6) == [(1, None, None, None), (5, "5", "5", "5"), (6, "6", "6", "6")]


def test_a_blank_is_a_value_and_what_was_not_read_is_none() -> None:
    left = thinned(
        [
            version(1, "1", "a", "n"),
            version(2, "", None, None),
            version(3, "2", "", "n"),
            version(4, "2", "", "n"),
        ],
        horizon=4,
    )
    assert left == [(1, None, "a", "n"), (2, "", None, None), (3, "2", "", None), (4, "2", "", "n")]


def test_a_deletion_and_an_undeletion_stay_and_so_does_what_was_seen_first() -> None:
    same = ("1", "a", "n")
    rows = [version(seq, *same, _is_deleted=seq in (3, 4)) for seq in range(1, 8)]
    assert [row[0] for row in thinned(rows, horizon=7)] == [1, 3, 5, 7]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"_stamp": datetime(2025, 1, 1)}, id="a stamp that runs back"),
        pytest.param({"_stamp": None}, id="no stamp"),
        pytest.param(
            {"_sync_seq": 2, "_extract_id": "x2", "_stamp": datetime(2026, 1, 2), "_content_hash": "h"},
            id="two versions in one place",
        ),
    ],
)
def test_a_record_whose_order_does_not_date_its_values_is_left_as_it_is(odd: dict[str, Any]) -> None:
    rows = [version(seq, str(seq), "a", "n") for seq in (1, 2, 3, 4, 5)]
    rows[2] |= odd
    assert len(thinned(rows, horizon=5)) == 5


def test_a_version_that_landed_twice_stays_whole_where_it_is_the_newest() -> None:
    rows = [version(seq, "1", "a", "n") for seq in (1, 2, 3, 3, 2)]
    assert thinned(rows, horizon=3) == [(1, "1", "a", "n"), (3, "1", "a", "n"), (3, "1", "a", "n")]


def test_few_versions_and_later_ones_are_left_alone() -> None:
    rows = [
        version(1, "1", "a", "n"),
        version(2, "2", "a", "n"),
        version(3, "3", "a", "n"),
        version(4, "4", "a", "n"),
    ]
    assert thinned(rows, horizon=2) == [(row["_sync_seq"], row["phone"], "a", "n") for row in rows]


def test_changes_go_on_record_once_and_in_the_words_of_the_source() -> None:
    rows = [version(seq, str(seq), "a", "n", _is_deleted=seq == 2) for seq in range(1, 7)]
    with duckdb.connect() as con:
        table = log(con, rows)
        for before, horizon in ((0, 4), (4, 6)):
            thin(con, table, before, horizon)
        told = con.execute(
            "select object, _record_id, old_value, new_value, _extract_id, day(before_at), day(_stamp), "
            "_sync_seq from raw_hubspot.pruned_changes where field = 'Phone' order by _sync_seq"
        ).fetchall()
        flips = con.execute(
            "select old_value, new_value, _sync_seq from raw_hubspot.pruned_changes "
            "where field = '_is_deleted' order by _sync_seq"
        ).fetchall()
    assert told == [("contacts", "1", str(n - 1), str(n), f"x{n}", n - 1, n, n) for n in range(2, 7)]
    assert flips == [("false", "true", 2), ("true", "false", 3)]


def test_many_records_are_taken_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [version(seq, "1", "a", "n", _record_id=str(who)) for who in range(7) for seq in (1, 2, 3)]
    monkeypatch.setattr("canon.thinning.CELLS", 50)  # one record or two at once
    assert len(thinned(rows, horizon=3)) == 14


@pytest.fixture
def pruned(settings: Settings) -> Callable[[object], Settings]:
    """A warehouse with a build of each of the last days, a contact and its companies, and a policy."""
    settings.warehouse.parent.mkdir(parents=True)
    now = utc_now()
    with duckdb.connect(str(settings.warehouse)) as con:
        ensure_journals(con)
        for seq in range(1, 7):
            at = now - (6 - seq) * DAY - timedelta(hours=1)
            con.execute(
                "insert into ops.sync_runs values (?, ?, ?, ?, 'succeeded', 'delta', 'p', null)",
                [f"s{seq}", seq, at, at],
            )
        log(con, [version(seq, "1", "a", str(seq)) for seq in range(1, 7)])
        con.execute(
            "create table raw_hubspot.contacts_companies as select '1' as _record_id, "
            "null::timestamp as _stamp, false as _is_deleted, null::varchar as _content_hash, "
            "'x' || n as _extract_id, n as _sync_seq, n::varchar as to_ids from range(1, 7) as each(n)"
        )
        con.execute("create schema staging; create table staging.build_reads as " + READS)

    def keeping(days: object) -> Settings:
        (settings.root / "dbt_project.yml").write_text(POLICY.replace("DAYS", str(days)), encoding="utf-8")
        return settings

    return keeping


READS = """
select 'raw_hubspot.' || name as source_table, 'x' || n as extract_id, 1::bigint as row_count
from (values ('contacts'), ('contacts_companies'), ('deals')) as tables(name), range(1, 6) as each(n)
"""


def content(path: Path) -> dict[str, list[Cells]]:
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_catalog()"
        ).fetchall()
        return {name: con.execute(f"from {name} order by all").fetchall() for (name,) in sorted(found)}


def test_the_next_build_finds_the_numbers_of_rows_that_the_last_one_read(
    pruned: Callable[[object], Settings],
) -> None:
    done = prune(pruned(2))
    found = content(pruned(2).warehouse)
    assert [row[5] for row in found["raw_hubspot.contacts"]] == [1, 3, 4, 5, 6]
    assert [row[5] for row in found["raw_hubspot.contacts_companies"]] == [4, 5, 6]
    reads = {(table, read): count for table, read, count in found["staging.build_reads"]}
    assert reads == {
        **{("raw_hubspot.contacts", f"x{n}"): int(n != 2) for n in range(1, 6)},
        **{("raw_hubspot.contacts_companies", f"x{n}"): int(n > 3) for n in range(1, 6)},
        **{("raw_hubspot.deals", f"x{n}"): 1 for n in range(1, 6)},
    }
    assert (done.removed, done.thinned) == (4, 2)
    ((_, seq, replay_from, days, removed, less),) = found["ops.prunings"]
    assert (seq, days, removed, less) == (4, 2, 4, 2)
    assert replay_from == done.replay_from


def test_a_dry_run_says_the_same_and_changes_nothing(pruned: Callable[[object], Settings]) -> None:
    settings = pruned(2)
    before = content(settings.warehouse)
    planned = prune(settings, dry_run=True)
    assert content(settings.warehouse) == before
    done = prune(settings)
    assert (planned.replay_from, planned.tables) == (done.replay_from, done.tables)


def test_what_was_done_is_not_done_again_and_more_days_bring_nothing_back(
    pruned: Callable[[object], Settings],
) -> None:
    prune(pruned(2))
    after = content(pruned(2).warehouse)
    for days in (2, 4, 1000):
        assert not prune(pruned(days)).tables
    assert content(pruned(2).warehouse) == after


def test_a_run_that_dies_leaves_everything_as_it_was(
    pruned: Callable[[object], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = pruned(2)
    before = content(settings.warehouse)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "Pruned", dies)  # after the last table, before anything is written for good
        with pytest.raises(KeyboardInterrupt):
            prune(settings)
    assert {name: rows for name, rows in content(settings.warehouse).items() if rows} == {
        name: rows for name, rows in before.items() if rows
    }
    assert prune(settings).removed == 4


def test_days_before_the_horizon_are_refused_and_say_what_to_do(pruned: Callable[[object], Settings]) -> None:
    settings = pruned(2)
    done = prune(settings)
    assert done.replay_from is not None
    with duckdb.connect(str(settings.warehouse)) as con:
        assert position_at(con, done.replay_from).sync_seq == 4
        with pytest.raises(
            UsageError, match=f"Choose that time or a later one.*{utc_now():%Y-%m-%d}"
        ) as refused:
            position_at(con, done.replay_from - timedelta(seconds=1))
    assert f"before {done.replay_from:%Y-%m-%d %H:%M:%S}" in str(refused.value)
    with duckdb.connect(str(settings.warehouse)) as con:  # one that found nothing to take out costs no day
        con.execute("update ops.prunings set removed = 0, thinned = 0")
        assert position_at(con, done.replay_from - timedelta(seconds=1)).sync_seq == 3


def test_a_build_of_such_a_day_ends_with_exit_code_2(pruned: Callable[[object], Settings]) -> None:
    done = prune(pruned(2))
    assert done.replay_from is not None
    before = content(pruned(2).warehouse)
    day = f"{done.replay_from - DAY:%Y-%m-%dT%H:%M:%S}"
    refused = json.loads(CliRunner().invoke(cli.app, ["build", "--as-of", day, "--as-json"]).stdout)
    assert (refused["error"], refused["exit_code"]) == ("UsageError", 2)
    assert "cannot be built again: canon prune has thinned out" in refused["message"]
    assert content(pruned(2).warehouse) == before


def test_off_is_the_default_and_a_usage_error(pruned: Callable[[object], Settings]) -> None:
    settings = pruned("null")
    assert superseded_days(settings.root) is None
    with pytest.raises(UsageError, match="Every version is kept"):
        prune(settings)
    (settings.root / "dbt_project.yml").write_text("name: canon\n", encoding="utf-8")
    assert superseded_days(settings.root) is None


@pytest.mark.parametrize("days", ["0", "-3", "soon", "true", "2.5"])
def test_days_that_are_none_are_refused(pruned: Callable[[object], Settings], days: str) -> None:
    with pytest.raises(ConfigurationError, match="expected a whole number of days from 1 on, or null"):
        prune(pruned(days))


def test_it_waits_for_nobody(pruned: Callable[[object], Settings]) -> None:
    settings = pruned(2)
    with run_lock(settings.warehouse, "sync"), pytest.raises(LockHeld, match="canon sync"):
        prune(settings)


def test_the_command_says_what_went_and_from_when_on_a_past_state_can_be_built(
    pruned: Callable[[object], Settings],
) -> None:
    pruned(2)
    told = CliRunner().invoke(cli.app, ["prune", "--dry-run"])
    assert told.exit_code == 0
    assert "4 versions would go; of 2 only what the present values and their clocks need stays" in told.stdout
    answer = json.loads(CliRunner().invoke(cli.app, ["prune", "--as-json"]).stdout)
    assert (answer["status"], answer["dry_run"], answer["removed"], answer["thinned"]) == (
        "succeeded",
        False,
        4,
        2,
    )
    assert {each["table"]: each["removed"] for each in answer["tables"]} == {
        "raw_hubspot.contacts": 1,
        "raw_hubspot.contacts_companies": 3,
    }
    assert "Nothing to do" in CliRunner().invoke(cli.app, ["prune"]).stdout
    pruned(1000)
    assert "no build is older than 1000 days" in CliRunner().invoke(cli.app, ["prune"]).stdout
    pruned("null")
    refused = json.loads(CliRunner().invoke(cli.app, ["prune", "--as-json"]).stdout)
    assert (refused["error"], refused["exit_code"]) == ("UsageError", 2)


def test_doctor_says_what_is_kept_and_when_to_prune(pruned: Callable[[object], Settings]) -> None:
    def finding(days: object) -> Finding:
        (found,) = [each for each in data_findings(pruned(days)) if each.name == "versions"]
        return found

    assert (finding("null").status, finding("null").said) == (OK, "every version that was read is kept")
    assert finding(2).status == OK  # for a week nobody is called late
    with duckdb.connect(str(pruned(2).warehouse)) as con:
        con.execute("update ops.sync_runs set started_at = started_at - interval 7 days")
    found = finding(2)
    assert found.status == WARNING
    assert "kept for 2 days, and 2 records have some that are 7 days older" in found.said
    assert "canon prune --dry-run" in found.advice
    prune(pruned(2))
    assert (finding(2).status, finding(2).said) == (OK, "superseded versions are kept for 2 days")
