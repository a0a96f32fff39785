"""Between the source and the log: pages joined into batches, and the next one read while one is worked on."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

from pipelines.errors import CanonError
from pipelines.extract import Page

Item = TypeVar("Item")


def batches(pages: Iterable[Page], rows: int) -> Iterator[Page]:
    """Join consecutive pages until each has at least `rows` rows (the last may have fewer).

    When the source fails, what came before is given first: it need not be read again.
    """
    waiting: list[Page] = []
    try:
        for page in pages:
            waiting.append(page)
            if sum(part.rows.num_rows for part in waiting) >= rows:
                yield _joined(waiting)
                waiting = []
    except CanonError:
        if waiting:
            yield _joined(waiting)
        raise
    if waiting:
        yield _joined(waiting)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, the next one being made in another thread while the present one is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _joined(pages: list[Page]) -> Page:
    last = pages[-1]
    rows = last.rows if len(pages) == 1 else pa.concat_tables([page.rows for page in pages])
    return Page(rows, last.transport, last.position)
