"""What the project decides is what the reference resolver decides, in every cell of small random worlds.

Many people are packed into one log, each with records of its own that a steward's word makes one customer,
and built once for each matrix.
They come from a seeded generator, not from Hypothesis: fifty fields of a dozen
versions are more than one example may draw, and its first example is the empty one.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.identity.log import Log, identify, table_of
from tests.rules.matrices import OBJECTS, SAID, VARIANTS, fields, mixed, policy, written
from tests.rules.reference import Answer, Cell, Matrix, Person, Record, as_text, edges, spelt_out

pytestmark = [pytest.mark.xdist_group("rules"), pytest.mark.slow]

SEED = 20261122
PEOPLE = 80
SLOTS = [
    ("salesforce", "Contact"),
    ("salesforce", "Contact"),
    ("salesforce", "Lead"),
    ("hubspot", "contacts"),
]
SLOTS.append(("hubspot", "contacts"))
# Days ago; few, so that clocks tie, and on both sides of every period and age.
STAMPS = [300, 240, 240, 150, 150, 60, 5]
EDGES = {"owner blank", "owner absent", "tie", "one system only", "all blank", "deleted record"}
EDGES |= {"several records of one system", "overridden"}
NOON = datetime.now(UTC).replace(tzinfo=None, hour=12, minute=0, second=0, microsecond=0)


def person(at: int, dice: random.Random, kinds: dict[str, str]) -> list[Record]:
    """The records of one person; at least one, and a record that is gone has one that took its place."""
    found: list[Record] = []
    for place in sorted(dice.sample(range(len(SLOTS)), k=dice.randint(1, len(SLOTS)))):
        system, object_ = SLOTS[place]
        fate = dice.choice(["live", "live", "live", "live", "deleted", "gone"])
        record = Record(system, object_, f"p{at:03}r{place}")
        for days in sorted(dice.choices(STAMPS, k=dice.randint(1, 3)), reverse=True):
            texts = {name: dice.choice(SAID[kind]) for name, kind in kinds.items() if dice.random() < 0.8}
            record.versions.append((NOON - timedelta(days=days), False, texts))
        stamp, _, texts = record.versions[-1]
        before = [each for each in found if each.object == object_]
        record.is_merged = fate == "gone" and object_ != "Lead" and bool(before)
        record.is_converted = fate == "gone" and object_ == "Lead" and bool(found)
        record.versions[-1] = (stamp, fate == "deleted", texts)
        found.append(record)
    return found


def answers(at: int, dice: random.Random, whole: Person) -> list[Answer]:
    """What stewards decided about a person, in order: some twice, some taken back, some seen long ago."""
    found = []
    for number in range(dice.choice([0, 0, 12])):
        fields = whole.members(dice.choice([*whole.matrix]))
        kind = dice.choice(["override", "override", "override", "override", "accepted", "withdrawn"])
        found.append(
            Answer(
                decision_id=f"p{at:03}d{number:02}",
                kind=kind,
                values={
                    each: dice.choice(SAID[whole.kinds[each]][1:]) or None if kind == "override" else None
                    for each in fields
                },
                seen={each: whole.statements(each) if dice.random() < 0.7 else "old" for each in fields},
                decided_at=NOON - timedelta(days=30) + timedelta(minutes=number),
                expires_at=dice.choice(
                    [None, None, None, NOON - timedelta(days=1), NOON + timedelta(days=9)]
                ),
            )
        )
    # what other fields follow is said again by a steward, as one of the records says it
    led = whole.members(dice.choice([line["follows"] for line in whole.matrix.values() if "follows" in line]))
    record = dice.choice(whole.records)
    again: dict[str, str | None] = {each: whole.says(record, each).text for each in led}
    word = {each: whole.statements(each) for each in led}
    found += [Answer(f"p{at:03}again", "override", again, word, NOON, None)] if dice.random() < 0.5 else []
    # every field of the matrix has its turn
    sure = whole.members([*whole.matrix][at % len(whole.matrix)])
    texts: dict[str, str | None] = {each: whole.certain(each) for each in sure}
    seen = {each: whole.statements(each) for each in sure}
    return [*found, Answer(f"p{at:03}", "override", texts, seen, NOON + timedelta(minutes=1), None)]


def write(log: Log, records: list[Record], words: list[Answer]) -> None:
    """Put a person into the raw log."""
    for word in words:
        log.answers.append((records[-1].key, word))
    for record in records:
        pattern = OBJECTS[record.source, record.object]
        earlier = [each for each in records if each.object == record.object and each is not record]
        for number, (stamp, is_deleted, texts) in enumerate(record.versions):
            values: dict[str, Any] = {pattern.format(name): text for name, text in texts.items()}
            if record.is_merged and record.source == "salesforce":
                values["MasterRecordId"] = earlier[0].record_id
            if record.is_converted:
                values["ConvertedContactId"] = next(
                    (each.record_id for each in records if each.object == "Contact"), "003000000000999AAA"
                )
            losers = [each.record_id for each in records if each.is_merged and each.source == "hubspot"]
            if record.source == "hubspot" and losers and not record.is_merged:
                values["hs_merged_object_ids"] = ";".join(losers)
            log.add(record.object, record.record_id, seq=number + 1, deleted=is_deleted, **values)
            log.rows[table_of(record.object)][-1]["_stamp"] = stamp
    for record in records[1:]:
        log.decide("must_link", records[0].key, record.key)


def decided(warehouse: Path) -> dict[tuple[str, str], Cell]:
    """What the mart says of each person, by the key of any of their records, and field."""
    query = """
        select crosswalk.record_key, cells.field, cells.value, cells.source, cells.changed_at,
            cells.source || ':' || cells.object || ':' || cells.source_record_id, cells.contributors
        from marts.customer_fields as cells
        join intermediate.int_customers_identified as crosswalk using (customer_id)
        where cells.field like 'f!_%' escape '!'
    """
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(query).fetchall()
    return {
        (key, field): Cell(
            value, None if value is None else source, record, changed_at, tuple((who or "").split())
        )
        for key, field, value, source, changed_at, record, who in rows
    }


def sync_start(warehouse: Path) -> datetime:
    """The only now of a build."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        ((now,),) = con.execute("select max(started_at) from ops.sync_runs").fetchall()
    assert isinstance(now, datetime)
    return now


FIRST, *OTHERS = [(each, seed) for seed in range(4) for each in VARIANTS]
MORE = [pytest.param(*each, marks=pytest.mark.long) for each in OTHERS]


@pytest.mark.parametrize(("variant", "seed"), [FIRST, *MORE])
def test_every_cell_is_what_the_reference_says(variant: str, seed: int, tmp_path: Path) -> None:
    kinds = {name: kind for name, (kind, _) in fields().items()}
    dice = random.Random(f"{SEED} {variant} {seed}")
    matrix = mixed(VARIANTS[variant], dice) if seed else written(VARIANTS[variant])
    people = [person(at, dice, kinds) for at in range(PEOPLE)]
    words = [answers(at, dice, Person(records, matrix, kinds, NOON)) for at, records in enumerate(people)]
    build(tmp_path / "canon.duckdb", people, words, matrix, kinds)
    found, now = decided(tmp_path / "canon.duckdb"), sync_start(tmp_path / "canon.duckdb")
    seen: Counter[tuple[str, str]] = Counter()
    wrong = []
    for records, said in zip(people, words, strict=True):
        whole = Person(records, matrix, kinds, now, said)
        silent = replace(whole, answers=[])
        for name, line in matrix.items():
            seen.update((spelt_out(line)["rule"], edge) for edge in edges(whole, name))
            seen.update([(spelt_out(line)["rule"], "overridden")] if whole.override(name) else [])
            if "follows" in line and not whole.override(name):
                seen.update([("led", "overridden")] if silent.cell(name) != whole.cell(name) else [])
            cell = whole.cell(name)
            expected = replace(cell, value=as_text(cell.value))
            if found[records[0].key, name] != expected:
                wrong.append((records[0].key, name, found[records[0].key, name], expected))
    by_field = Counter(name for _, name, _, _ in wrong)
    assert not wrong, f"{len(wrong)} of {len(people) * len(matrix)} cells differ: {by_field}, {wrong[:4]}"
    rules = {spelt_out(line)["rule"] for line in matrix.values()}
    assert len(rules) == 18
    missing = {(rule, edge) for rule in rules for edge in EDGES} - set(seen)
    missing |= {("led", "overridden")} - set(seen)
    assert not missing


def build(
    warehouse: Path,
    people: list[list[Record]],
    words: list[list[Answer]],
    matrix: Matrix,
    kinds: dict[str, str],
) -> None:
    """Everything up to the mart that explains every cell, under this matrix."""
    log = Log()
    for records, said in zip(people, words, strict=True):
        write(log, records, said)
    log.write(warehouse)
    given = yaml.safe_dump(policy(matrix, kinds), sort_keys=False, allow_unicode=True)
    identify(warehouse, "--vars", given, select=("+customer_fields",))
