"""The demo replaces what a demo made, and nothing else; neither does `make clean`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from canon.demo_marks import claim, mark_of, start_over
from canon.errors import UsageError
from canon.settings import Settings

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_a_warehouse_that_no_demo_made_is_never_replaced(settings: Settings, warehouse: Path):
    before = warehouse.read_bytes()
    with pytest.raises(UsageError, match="was not made by canon demo") as caught:
        start_over(settings)
    assert caught.value.exit_code == 2
    assert warehouse.read_bytes() == before


def test_a_published_copy_that_no_demo_made_is_never_replaced(settings: Settings):
    settings.published.parent.mkdir(parents=True)
    settings.published.write_bytes(b"precious")
    with pytest.raises(UsageError, match="CANON_PUBLISHED"):
        start_over(settings)
    assert settings.published.read_bytes() == b"precious"
    assert not mark_of(settings.warehouse).exists()


def test_a_demo_replaces_the_demo_before_it(settings: Settings):
    start_over(settings)
    settings.warehouse.write_bytes(b"old")
    settings.published.write_bytes(b"old")
    start_over(settings)
    assert not settings.warehouse.exists()
    assert not settings.published.exists()
    assert mark_of(settings.warehouse).exists()


def test_a_sync_of_ones_own_makes_the_warehouse_ones_own(
    settings: Settings, capsys: pytest.CaptureFixture[str]
):
    start_over(settings)
    settings.warehouse.write_bytes(b"mixed")
    claim(settings)
    assert "still holds the records of canon demo" in capsys.readouterr().err
    with pytest.raises(UsageError):
        start_over(settings)


@pytest.mark.parametrize("is_demos", [True, False])
def test_make_clean_leaves_a_warehouse_of_ones_own(tmp_path: Path, is_demos: bool):
    shutil.copyfile(MAKEFILE, tmp_path / "Makefile")
    warehouse, key = tmp_path / "data/canon.duckdb", tmp_path / "data/canon.hash_key"
    warehouse.parent.mkdir()
    for file in (warehouse, key, *([mark_of(warehouse)] if is_demos else [])):
        file.touch()
    done = subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ("it stays" in done.stdout, warehouse.exists(), key.exists()) == (not is_demos,) * 3
