"""The file beside a published copy that takes its place once it is whole."""

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from canon.warehouse import to_disk

# How often a copy must fit on its disk to be made ahead: a build and its temporary files come first.
ROOM = 10


class Draft:
    """A draft of the next publication, which may begin as a copy of the one before.

    Args:
        published: The copy that analysts open.
        ahead: Ends with the file (see `_which`) of which the draft is a copy already, where one was begun.
    """

    def __init__(self, published: Path, ahead: "Future[tuple[int, ...]] | None" = None) -> None:
        self.published = published
        self.path = draft_of(published)
        self._ahead = ahead

    def begin(self, *, with_copy: bool) -> None:
        """Make it a copy of what is published, or no file at all.

        Raises:
            OSError: It could not be copied.
        """
        is_copied = self._is_copied()  # waits for the copying: nobody else may be writing there from here on
        if with_copy and is_copied:
            return
        remove(self.path)
        if with_copy:
            shutil.copyfile(self.published, self.path)

    def _is_copied(self) -> bool:
        """Whether the copy that was begun ended well, and is of what is published now."""
        if self._ahead is None or self._ahead.exception() is not None:
            return False
        return self.path.is_file() and self._ahead.result() == _which(self.published)


@contextmanager
def drafted(published: Path, *, ahead: bool = False) -> Iterator[Draft]:
    """A draft that is gone at the end of the block; one that was killed is, before the next begins.

    Args:
        published: The copy that analysts open.
        ahead: Whether to copy it at once, beside what the caller does until `Draft.begin`: that of a million
            people is 1.5 GB to read, to write and to wait for. Not where the disk is nearly full.
    """
    path = draft_of(published)
    with ThreadPoolExecutor(max_workers=1) as beside:
        try:
            wanted = ahead and _has_room(published)
            yield Draft(published, beside.submit(_copy, published, path) if wanted else None)
        finally:
            beside.shutdown()
            with suppress(OSError):  # a folder that nobody may write to: who publishes there is told
                remove(path)


def _has_room(published: Path) -> bool:
    """Whether there is something to copy, and so much room that what else is written needs none of it."""
    if not published.is_file():
        return False
    return shutil.disk_usage(published.parent).free > ROOM * published.stat().st_size


def _copy(published: Path, path: Path) -> tuple[int, ...]:
    """Copy, and wait for the disk; a copy that fails leaves nothing."""
    source = _which(published)
    remove(path)
    try:
        shutil.copyfile(published, path)
        to_disk(path)
    except OSError:
        remove(path)
        raise
    return source


def _which(published: Path) -> tuple[int, ...]:
    """Tells the file at this place from one that takes it later."""
    found = published.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def draft_of(published: Path) -> Path:
    """Where the draft of a published copy lies."""
    return published.with_name(f".{published.name}.tmp")


def remove(draft: Path) -> None:
    """Remove a draft and what DuckDB may have left beside it."""
    for path in (draft, draft.with_name(f"{draft.name}.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(draft.with_name(f"{draft.name}.tmp"), ignore_errors=True)
