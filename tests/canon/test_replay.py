"""The position in the log of a past day, what is taken out of a copy, and the policies that are kept."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from canon.errors import UsageError
from canon.journal import ensure_journals
from canon.past import drop_past_states, past_states
from canon.policy_versions import keep_policy, kept_policy, restore_seeds
from canon.position import Position, position_at
from canon.replay import forget_later, refuse_mixed

ONE, TWO, THREE = (datetime(2026, 11, day, 9) for day in (1, 2, 3))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three runs, the second of which failed; a log, a snapshot, and a steward's words of every day."""
    with duckdb.connect() as con:
        ensure_journals(con)
        for seq, (started, status) in enumerate(((ONE, "succeeded"), (TWO, "failed"), (THREE, "stopped")), 1):
            con.execute(
                "insert into ops.sync_runs values (?, ?, ?, ?, ?, 'delta', ?, null)",
                [f"s{seq}", seq, started, started.replace(minute=5), status, f"policy {seq}"],
            )
        con.execute("create schema raw_hubspot; create schema snapshots; create schema marts")
        con.execute("create table raw_hubspot.contacts as select unnest([1, 2, 3]) as _sync_seq")
        con.execute(
            "create table snapshots.customers_snapshot as select * from (values "
            "(?::timestamp, ?::timestamp), (?, null), (?, null)) as versions(dbt_valid_from, dbt_valid_to)",
            [ONE, THREE, ONE, THREE],
        )
        con.execute(
            "create table marts.customer_changes as select unnest([?, ?]::timestamp[]) as changed_at",
            [ONE, THREE],
        )
        for day in (ONE.replace(minute=1), TWO):
            con.execute(
                "insert into ops.identity_decisions values ('d', 'customer', 'must_link', 'a', 'b', null, "
                "'ann', 'known', ?)",
                [day],
            )
        yield con


@pytest.mark.parametrize(
    ("moment", "seq"),
    [
        pytest.param(ONE, 1, id="its own start counts"),
        pytest.param(TWO.replace(hour=23), 1, id="a run that failed left nothing to believe"),
        pytest.param(datetime(2030, 1, 1), 3, id="one that stopped at the budget built what it had"),
    ],
)
def test_a_time_means_the_last_build_that_had_begun(
    con: duckdb.DuckDBPyConnection, moment: datetime, seq: int
) -> None:
    assert position_at(con, moment).sync_seq == seq


def test_before_the_first_build_nothing_was_believed(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match="the first build is of 2026-11-01"):
        position_at(con, datetime(2026, 10, 1))


def test_what_came_later_is_taken_out(con: duckdb.DuckDBPyConnection) -> None:
    forget_later(con, Position("s1", 1, ONE, "policy 1"))

    assert con.execute("from raw_hubspot.contacts").fetchall() == [(1,)]
    assert con.execute("select sync_id from ops.sync_runs").fetchall() == [("s1",)]
    assert con.execute("from snapshots.customers_snapshot").fetchall() == [(ONE, None), (ONE, None)]
    assert con.execute("from marts.customer_changes").fetchall() == [(ONE,)]
    assert con.execute("select decided_at from ops.identity_decisions").fetchall() == [
        (ONE.replace(minute=1),)
    ]


def test_a_policy_is_kept_once_and_its_seeds_come_back(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "dbt_project.yml").write_text("vars: {identity: {max_emails: 5}}\n", encoding="utf-8")
    con.execute("create table marts.customers as select 'v1' as policy_version")
    con.execute("create schema seeds; create table seeds.blocked_values (kind varchar, weight double)")
    con.execute("insert into seeds.blocked_values values ('mailbox', 0.5), (null, null)")
    keep_policy(con, tmp_path)
    (tmp_path / "dbt_project.yml").write_text("vars: {}\n", encoding="utf-8")
    keep_policy(con, tmp_path)
    kept = kept_policy(con, "v1")
    assert kept is not None
    assert kept[0] == {"identity": {"max_emails": 5}}

    con.execute(
        "delete from seeds.blocked_values; alter table seeds.blocked_values add column reason varchar"
    )
    con.execute("insert into seeds.blocked_values values ('later', 1, 'since')")
    restore_seeds(con, kept[1])
    found = con.execute("from seeds.blocked_values order by kind nulls last").fetchall()
    assert found == [("mailbox", 0.5, None), (None, None, None)]
    assert kept_policy(con, "v0") is None


def test_what_was_answered_later_was_still_a_question(con: duckdb.DuckDBPyConnection) -> None:
    for question, answered in (("early", ONE.replace(minute=2)), ("late", TWO)):
        con.execute(
            "insert into ops.erasure_questions by name select ? as question_id, 'elsewhere' as kind, "
            "'hubspot' as source, 'contacts' as object, '1' as source_record_id, ? as asked_at, "
            "'kept' as answer, 'ann' as actor, 'known' as reason, ? as answered_at",
            [question, ONE.replace(minute=1), answered],
        )
    forget_later(con, position_at(con, ONE))
    found = "select question_id, answer, actor, reason from ops.erasure_questions order by 1 nulls last"
    assert con.execute(found).fetchall() == [("early", "kept", "ann", "known"), ("late", None, None, None)]


def test_replays_are_found_by_name_and_dropped(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create schema as_of_20261101t090000; create table as_of_20261101t090000.customers (a int)")
    assert past_states(con) == ["as_of_20261101t090000"]
    drop_past_states(con)
    assert past_states(con) == []


@pytest.mark.parametrize(
    ("as_of", "policy", "full_refresh", "says"),
    [(None, "now", False, "--as-of TIME"), ("2026-11-03", None, True, "leave --full-refresh out")],
)
def test_switches_that_would_say_nothing_are_refused(
    as_of: str | None, policy: str | None, full_refresh: bool, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        refuse_mixed(as_of, policy, full_refresh=full_refresh)
