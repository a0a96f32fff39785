"""What an erasure takes out of a warehouse and leaves there; a file written anew holds nothing of it."""

import json
import stat
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from canon import cli
from canon.doctor_data import data_findings
from canon.erase import erase
from canon.errors import ConfigurationError, UsageError, WarehouseUnusable
from canon.find import Record
from canon.forget import Person, _all_records, clean, privacy_deletions
from canon.held import answer_question, known_again, take_in
from canon.normalize import keyed_hash
from canon.order import FORGET, PRIVACY_DELETION, Left, Order, close_order, open_order, place_order
from canon.rewrite import rewrite
from canon.settings import Settings
from canon.steward import Grounds
from canon.thinning import CHANGES_TABLE
from canon.warehouse import connect
from pipelines.forgotten import padded

CONTACT = Record("salesforce", "Contact", "003000000000001AAA")
HUBSPOT = Record("hubspot", "contacts", "501")
BOTH = (CONTACT, HUBSPOT)
EMAIL = "ada@lovelace.example"

POLICY = """
name: canon
vars:
  field_map:
    customer:
      salesforce: {Contact: {Email: {to: email, type: string}}}
      hubspot: {contacts: {email: {to: email, type: string}}}
"""

# The log of two people, the members of their versions, and what stewards said of Ada.
MORE = (Path(__file__).parent / "erasure.sql").read_text()


@pytest.fixture
def log(settings: Settings, warehouse: Path) -> Path:
    """The small warehouse with a log, and a policy that says where addresses stand."""
    (settings.root / "dbt_project.yml").write_text(POLICY)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set force_compression = 'uncompressed'")
        con.execute(MORE)
    return warehouse


def order(records: tuple[Record, ...] = BOTH, left: tuple[Left, ...] = ()) -> Order:
    cause, source = (PRIVACY_DELETION, "hubspot") if left else (FORGET, None)
    return Order("e1", cause, source, records, ("c-ada",), left)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(query).fetchall()


def test_the_log_and_the_journals_lose_the_person_and_nobody_else(settings: Settings, log: Path) -> None:
    erase(settings, order())
    assert rows(log, "select _record_id from raw_salesforce.contact") == [("003000000000003AAA",)]
    assert rows(log, "select _record_id from raw_hubspot.contacts") == [("502",)]
    assert rows(log, "from raw_salesforce.contact_history") == []
    assert rows(log, "from raw_hubspot.contacts_companies") == []
    assert rows(log, "select _record_id from raw_hubspot.deals") == [("501",)]
    assert rows(log, "select source_record_id from ops.rejected_records order by 1") == [
        ("003000000000003AAA",),
        ("502",),
    ]
    assert rows(log, "from ops.source_changes") == []
    assert rows(log, "from ops.identity_decisions") == []
    assert rows(log, "select decision_id from ops.value_decisions") == [("d3",)]
    known = "select distinct customer_id from snapshots.customers_snapshot order by 1"
    assert rows(log, known) == [("c-bob",), ("c-cy",)]


def test_of_others_who_were_one_with_the_person_only_what_they_hold_today_stays(
    settings: Settings, log: Path
) -> None:
    erase(settings, order())
    versions = (
        "select email, first_name, members from snapshots.customers_snapshot where customer_id = 'c-bob'"
    )
    assert rows(log, f"{versions} order by dbt_valid_from") == [
        (None, "Bob", "hubspot:contacts:502"),
        ("bob@example.org", "Bob", "hubspot:contacts:502"),
    ]
    changes = "select customer_id, old_value, new_value from marts.customer_changes order by changed_at"
    assert rows(log, changes) == [("c-bob", None, None), ("c-bob", None, "bob@example.org")]


def test_an_erasure_is_journalled_once_and_says_nobody(settings: Settings, log: Path) -> None:
    erase(settings, order())
    erase(settings, order())
    assert rows(log, "select erasure_id, cause, source, records from ops.erasures") == [
        ("e1", "forget", None, 2)
    ]
    key = settings.hash_key()
    hashes = {(kind, found) for kind, found in rows(log, "select kind, hash from ops.tombstones")}
    emails = {("email", keyed_hash(each, key)) for each in (EMAIL, "countess@lovelace.example")}
    records = {("record", keyed_hash(each.key, key)) for each in BOTH}
    assert hashes == {*emails, *records, ("key", keyed_hash("ops.tombstones", key))}


def test_what_pruned_versions_told_of_the_person_goes_and_their_addresses_stay_known(
    settings: Settings, log: Path
) -> None:
    with connect(log) as con:
        con.execute(CHANGES_TABLE.format(place="raw_hubspot.pruned_changes"))
        con.execute(
            "insert into raw_hubspot.pruned_changes by name select 'contacts' as object, "
            "unnest(['501', '502']) as _record_id, 'email' as field, "
            "'Byron@Lovelace.example ' as old_value, '' as new_value"
        )
    erase(settings, order())
    assert rows(log, "select _record_id from raw_hubspot.pruned_changes") == [("502",)]
    hashes = rows(log, "select hash from ops.tombstones where kind = 'email'")
    assert (keyed_hash("byron@lovelace.example", settings.hash_key()),) in hashes


def test_a_file_written_anew_holds_nothing_that_was_deleted(settings: Settings, log: Path) -> None:
    texts = [EMAIL.encode(), b"+442071234567", b"countess@", b"Lovelace"]
    assert all(text in log.read_bytes() for text in texts)
    erase(settings, order())
    with connect(log) as con:
        # What the build makes anew, without the person.
        for name in ("customers", "customer_fields", "customer_field_conflicts", "customer_candidates"):
            con.execute(f"delete from marts.{name} where customer_id = 'c-ada'")
        con.execute("delete from marts.review_queue where customer_id = 'c-ada'")
        con.execute("checkpoint")
    assert any(text in log.read_bytes() for text in texts)  # which is why it is written anew
    about = "select schema_name, table_name, sql, comment from duckdb_tables() order by all"
    views = "select schema_name, view_name, sql from duckdb_views() where not internal order by all"
    before = rows(log, about), rows(log, views), rows(log, "from marts.customers order by all")

    done = rewrite(log)

    assert [text for text in texts if text in log.read_bytes()] == []
    assert (rows(log, about), rows(log, views), rows(log, "from marts.customers order by all")) == before
    assert done.size_after == log.stat().st_size
    left = {path.name for path in log.parent.iterdir()}
    assert left == {"canon.duckdb", "canon.hash_key"}


def test_a_file_that_cannot_be_copied_stays_as_it_was(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("canon.rewrite.replace_file", full)
    before = log.read_bytes()
    with pytest.raises(WarehouseUnusable, match="No space left on device"):
        rewrite(log)
    assert log.read_bytes() == before
    assert [path.name for path in log.parent.iterdir()] == ["canon.duckdb"]


def test_past_states_and_copies_that_a_killed_run_left_go_too(settings: Settings, log: Path) -> None:
    with connect(log) as con:
        con.execute("create schema as_of_20261101t090000")
        con.execute("create table as_of_20261101t090000.customers as from marts.customers")
    left = log.parent / "canon-copy-replay-killed"
    left.mkdir()
    (left / log.name).write_bytes(log.read_bytes())

    erase(settings, order())
    clean(settings)

    assert rows(log, "select 1 from duckdb_schemas() where schema_name like 'as@_of@_%' escape '@'") == []
    assert not left.exists()


def test_another_key_is_refused_before_anybody_comes_back(
    settings: Settings, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known_again(settings) is None
    erase(settings, order())
    found = known_again(settings)
    assert found is not None
    assert found.addresses == {"salesforce": {"Contact": ("email",)}, "hubspot": {"contacts": ("email",)}}
    monkeypatch.setenv("CANON_HASH_KEY", "another")
    for work in (known_again, lambda changed: erase(changed, order((HUBSPOT,)))):
        with pytest.raises(ConfigurationError, match="CANON_HASH_KEY"):
            work(Settings.load())


def test_what_is_left_of_somebody_keeps_the_id_and_the_stewards_word(settings: Settings, log: Path) -> None:
    with duckdb.connect(str(log)) as con:
        con.execute("update snapshots.customers_snapshot set customer_id = md5('hubspot:contacts:501')")
    customer_id = rows(log, "select md5('hubspot:contacts:501')")[0][0]
    left = (Left(CONTACT, str(customer_id)),)
    erase(settings, Order("e2", PRIVACY_DELETION, "hubspot", (HUBSPOT,), (str(customer_id),), left))
    assert rows(log, "select record_key, customer_id from ops.kept_ids") == [(CONTACT.key, customer_id)]
    said = "select decision_id, record_key from ops.value_decisions order by 1"
    assert rows(log, said) == [("d2", CONTACT.key), ("d3", "hubspot:contacts:502")]
    asked = "select kind, source, source_record_id, erased_by, answer from ops.erasure_questions"
    assert rows(log, asked) == [("elsewhere", "salesforce", CONTACT.source_record_id, "hubspot", None)]
    assert rows(log, "select count(*) from raw_salesforce.contact") == [(3,)]


def test_an_order_outlives_a_kill_and_is_its_owners_only(settings: Settings, log: Path) -> None:
    assert open_order(log) is None
    placed = place_order(log, PRIVACY_DELETION, BOTH, ("c-ada",), "hubspot", (Left(CONTACT, "c-ada"),))
    assert open_order(log) == placed
    path = log.with_name("canon.duckdb.erasure")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert EMAIL not in path.read_text()
    close_order(log)
    assert open_order(log) is None
    path.write_text(json.dumps({"records": []}))
    with pytest.raises(WarehouseUnusable, match="still to be erased"):
        open_order(log)


HELD = """
create schema if not exists raw_hubspot;
create table if not exists raw_hubspot.held as
select 'contacts' as object, '601' as _record_id, 3 as _sync_seq union all select 'contacts', '602', 3;
"""


def question(path: Path, record_id: str) -> str:
    query = "select md5('erasure:' || question_id) from ops.erasure_questions where source_record_id = "
    return str(rows(path, f"{query}'{record_id}'")[0][0])


def test_what_a_load_held_back_is_asked_about_once(settings: Settings, log: Path) -> None:
    with duckdb.connect(str(log)) as con:
        con.execute(HELD)
    take_in(settings)
    take_in(settings)
    asked = "select kind, source, object, source_record_id from ops.erasure_questions order by all"
    assert rows(log, asked) == [
        ("held", "hubspot", "contacts", "601"),
        ("held", "hubspot", "contacts", "602"),
    ]
    eva = Grounds("eva", "asked them")
    assert (
        answer_question(settings, question(log, "601"), is_theirs=False, grounds=eva)[0].answer == "released"
    )
    refused = question(log, "602")
    assert answer_question(settings, refused, is_theirs=True, grounds=eva)[0].answer == "refused"
    answers = "select source_record_id, answer, actor from ops.erasure_questions"
    assert rows(log, answers) == [("601", "released", "eva")]  # the other one is a tombstone by now
    tombstone = keyed_hash("hubspot:contacts:602", settings.hash_key())
    assert rows(log, "select kind, hash from ops.tombstones") == [("record", tombstone)]
    with pytest.raises(UsageError, match="answered already"):
        answer_question(settings, refused, is_theirs=True, grounds=eva)


def test_to_erase_somebody_is_no_answer_among_others(settings: Settings, log: Path) -> None:
    erase(settings, order((HUBSPOT,), (Left(CONTACT, "c-ada"),)))
    item = question(log, CONTACT.source_record_id)
    with pytest.raises(UsageError, match=f"canon forget salesforce:{CONTACT.source_record_id}"):
        answer_question(settings, item, is_theirs=True, grounds=Grounds("eva", "yes"))
    kept = answer_question(settings, item, is_theirs=False, grounds=Grounds("eva", "a contract"))
    assert kept[0].answer == "kept"


@pytest.mark.parametrize("key", [b"short", b"x" * 64, b"longer than a block of the hash" * 4])
def test_the_loader_hashes_as_the_models_do(key: bytes) -> None:
    inner, outer = padded(key)
    query = "select sha256($outer || unhex(sha256($inner || encode($text))))"
    parameters = {"inner": inner, "outer": outer, "text": "hubspot:contacts:ß"}
    with duckdb.connect() as con:
        found = con.execute(query, parameters).fetchall()
    assert found == [(keyed_hash("hubspot:contacts:ß", key),)]


def test_nobody_is_erased_by_accident(log: Path, published: Path) -> None:
    before = log.read_bytes()
    for arguments in (["c-ada"], ["c-ada", "--as-json"], ["nobody@example.org", "--yes"]):
        answer = CliRunner().invoke(cli.app, ["forget", *arguments])
        assert isinstance(answer.exception, UsageError)
    assert "canon forget" not in answer.stdout
    assert (log.read_bytes(), open_order(log)) == (before, None)


def test_doctor_says_that_an_erasure_is_not_finished(settings: Settings, log: Path) -> None:
    assert "erasure" not in {each.name for each in data_findings(settings)}
    place_order(log, FORGET, BOTH, ("c-ada",))
    (found,) = [each for each in data_findings(settings) if each.name == "erasure"]
    assert (found.status, "canon sync" in found.advice) == ("warning", True)


def test_a_person_account_is_the_person_too(log: Path) -> None:
    with duckdb.connect(str(log)) as con:
        con.execute("alter table raw_salesforce.contact add column accountid varchar")
        con.execute("update raw_salesforce.contact set accountid = '001P' where _sync_seq = 2")
        con.execute("update raw_salesforce.contact set accountid = '001C' where _record_id like '%3AAA'")
        con.execute(
            "create table raw_salesforce.account as select '001P' as _record_id, 'true' as ispersonaccount "
            "union all select '001C', 'false'"
        )
        assert _all_records(con, Person("c-ada", BOTH)) == {*BOTH, Record("salesforce", "Account", "001P")}
        assert _all_records(con, Person("c-cy", ())) == {
            Record("salesforce", "Contact", "003000000000003AAA")
        }


PRIVACY = """
create table raw_hubspot.privacy_deletions as
select 'contacts' as object, unnest(['501', '502']) as _record_id, 3 as _sync_seq;
alter table raw_hubspot.contacts add column hs_merged_object_ids varchar;
update raw_hubspot.contacts set hs_merged_object_ids = '503' where _record_id = '501';
insert into raw_hubspot.contacts values ('503', 'before@lovelace.example', 1, true, '504;501');
create schema intermediate;
create table intermediate.int_customers_identified as
select unnest(['hubspot:contacts:501', 'salesforce:Contact:003000000000001AAA']) as record_key,
    'c-ada' as customer_id;
create table intermediate.int_customers_unioned as
select record_key, 1 as first_sync_seq, split_part(record_key, ':', 1) as source,
    split_part(record_key, ':', 2) as object, split_part(record_key, ':', 3) as source_record_id
from intermediate.int_customers_identified;
"""


def test_a_privacy_deletion_takes_what_was_merged_into_the_record(settings: Settings, log: Path) -> None:
    """Contact 502 is there again: whatever a sweep saw of it, nobody erases it."""
    assert privacy_deletions(settings, ("salesforce", "hubspot")) is None
    with duckdb.connect(str(log)) as con:
        con.execute(PRIVACY)
    placed = privacy_deletions(settings, ("salesforce", "hubspot"))
    assert placed is not None
    assert (placed.cause, placed.source, placed.customers) == (PRIVACY_DELETION, "hubspot", ("c-ada",))
    assert {record.source_record_id for record in placed.records} == {"501", "503", "504"}
    assert placed.left == (Left(CONTACT, "c-ada"),)
    assert open_order(log) == placed


def test_too_many_privacy_deletions_at_once_are_taken_for_a_fault(
    settings: Settings, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(log)) as con:
        con.execute(PRIVACY)
    monkeypatch.setattr("canon.forget.MOST_PRIVACY_DELETIONS", 0)
    assert privacy_deletions(settings, ("hubspot",)) is None
    assert open_order(log) is None
    assert "nobody is erased" in capsys.readouterr().err.replace("\n", " ")
