"""The draft of a publication: begun ahead, and never a copy of what is not published any more."""

import shutil
import time
from pathlib import Path
from threading import Event

import pytest

from canon.draft import drafted
from canon.errors import PublishFailed
from canon.publish import publish_copy
from canon.settings import Settings


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was copied, in its order."""
    seen: list[bytes] = []
    copyfile = shutil.copyfile

    def noted(source: Path, place: Path) -> Path:
        seen.append(source.read_bytes())
        return copyfile(source, place)

    monkeypatch.setattr(shutil, "copyfile", noted)
    return seen


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "published" / "canon.duckdb"
    path.parent.mkdir()
    path.write_bytes(b"one")
    return path


def test_what_was_copied_ahead_is_not_copied_again(place: Path, copies: list[bytes]):
    with drafted(place, ahead=True) as draft:
        draft.begin(with_copy=True)
        assert draft.path.read_bytes() == b"one"
    assert copies == [b"one"]
    assert [*place.parent.iterdir()] == [place]


def test_a_copy_of_what_is_not_published_any_more_is_made_anew(place: Path, copies: list[bytes]):
    with drafted(place, ahead=True) as draft:
        draft.begin(with_copy=True)
        other = place.with_name("other")
        other.write_bytes(b"two")
        other.replace(place)
        draft.begin(with_copy=True)
        assert draft.path.read_bytes() == b"two"
    assert copies == [b"one", b"two"]


def test_where_all_is_copied_the_draft_begins_as_no_file(place: Path):
    for ahead in (True, False):
        with drafted(place, ahead=ahead) as draft:
            if not ahead:
                draft.path.write_bytes(b"of one that was killed")
            draft.begin(with_copy=False)
            assert not draft.path.exists()


def test_a_draft_is_nobody_elses_once_it_has_begun(place: Path, monkeypatch: pytest.MonkeyPatch):
    copyfile, began = shutil.copyfile, Event()

    def slow(source: Path, draft: Path) -> Path:
        began.set()
        time.sleep(0.1)
        return copyfile(source, draft)

    monkeypatch.setattr(shutil, "copyfile", slow)
    with drafted(place, ahead=True) as draft:
        began.wait()
        draft.begin(with_copy=False)
        draft.path.write_bytes(b"two")
        time.sleep(0.2)
        assert draft.path.read_bytes() == b"two"


def test_nothing_is_copied_ahead_where_room_is_scarce(
    place: Path, copies: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("canon.draft.ROOM", 10**20)
    with drafted(place, ahead=True):
        pass
    assert copies == []


def test_before_the_first_publication_there_is_nothing_to_copy(tmp_path: Path):
    with drafted(tmp_path / "canon.duckdb", ahead=True) as draft:
        draft.begin(with_copy=False)
    assert [*tmp_path.iterdir()] == []


def test_a_copy_that_fails_is_tried_again_when_it_is_wanted(place: Path, monkeypatch: pytest.MonkeyPatch):
    copyfile = shutil.copyfile

    def full(source: Path, draft: Path) -> Path:
        monkeypatch.setattr(shutil, "copyfile", copyfile)
        draft.write_bytes(b"o")
        raise OSError("No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with drafted(place, ahead=True) as draft:
        draft.begin(with_copy=True)
        assert draft.path.read_bytes() == b"one"


def test_a_place_that_cannot_be_written_is_told_when_it_is_published(settings: Settings, warehouse: Path):
    settings.published.parent.parent.mkdir(parents=True, exist_ok=True)
    settings.published.parent.write_text("a file")
    with (
        drafted(settings.published, ahead=True) as draft,
        pytest.raises(PublishFailed, match="could not be replaced"),
    ):
        publish_copy(warehouse, settings.published, draft)
