"""README says what is: its generated blocks equal what the project prints today."""

import re

import pytest

from tests import rendered

TEXT = rendered.README.read_text()


def test_the_matrix_is_the_policys():
    assert rendered.block(TEXT, "matrix") == rendered.matrix()


def test_the_commands_are_the_consoles():
    assert rendered.block(TEXT, "commands") == rendered.commands()


TABLES = re.findall(r"`(?:marts|ops|snapshots)\.(\w+)`", TEXT)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_it_names_exists(name):
    built = [path.stem for path in (rendered.ROOT / "dbt_project").rglob("*.sql")]
    assert name in built or f"ops.{name}" in (rendered.ROOT / "canon/journals.sql").read_text()
