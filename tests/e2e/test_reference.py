"""The bundled sample under the project's own matrix: every cell is what the reference resolver says."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import duckdb
import pytest
import yaml

from tests.rules.reference import Cell, Person, Record, Said

pytestmark = pytest.mark.xdist_group("world")


class Staged(Person):
    """A person whose records say what staging made of them: values, clocks, visibility."""

    rows: dict[str, dict[str, Any]]

    def says(self, record: Record, name: str) -> Said:
        row = self.rows[record.key]
        return Said(
            row[f"{name}_raw"],
            row[name],
            row[f"{name}_changed_at"],
            row[f"{name}_clock"] not in (None, "record_modified"),
            bool(row.get(f"{name}_is_visible")),
        )


def record_of(row: dict[str, Any]) -> Record:
    versions: list[tuple[datetime, bool, dict[str, str]]] = [(row["modified_at"], row["is_deleted"], {})]
    return Record(
        row["source"],
        row["object"],
        row["source_record_id"],
        versions,
        row["is_merged"],
        row["is_converted"],
    )


def test_every_cell_of_the_sample_is_what_the_reference_says(world):
    matrix = yaml.safe_load((world.root / "dbt_project.yml").read_text())["vars"]["ownership"]["customer"]
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    texts = ", ".join(f"cast({name} as varchar) as {name}_text" for name in matrix)
    with duckdb.connect(str(world.warehouse.path), read_only=True) as con:
        found = con.execute(f"select *, {texts} from intermediate.int_customers_ranked")
        names = [column[0] for column in found.description or []]
        for values in found.fetchall():
            row = dict(zip(names, values, strict=True))
            people[row["customer_id"]].append(row)
        cells = con.execute(
            "select customer_id, field, value, case when value is not null then source end, "
            "source || ':' || object || ':' || source_record_id, changed_at from marts.customer_fields"
        ).fetchall()
    decided = {(customer_id, field): tuple(rest) for customer_id, field, *rest in cells}
    assert len(decided) == len(people) * len(matrix) > 5000
    wrong = {}
    for customer_id, rows in people.items():
        person = Staged([record_of(row) for row in rows], matrix, {}, datetime.max)
        person.rows = {row["record_key"]: row for row in rows}
        for name in matrix:
            expected = _expected(person, name)
            if decided[customer_id, name] != expected:
                wrong[customer_id, name] = (decided[customer_id, name], expected)
    assert not wrong


def _expected(person: Staged, name: str) -> tuple[Any, ...]:
    cell: Cell = person.cell(name)
    text = person.rows[cell.record][f"{name}_text"] if cell.record else None
    return text, cell.source, cell.record, cell.changed_at
