"""Writing a DuckDB file anew: what was deleted from it leaves its bytes in free blocks until then."""

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from canon.draft import remove
from canon.errors import WarehouseUnusable
from canon.warehouse import drafting, explained, literal, quoted, replace_file

FRESH = "rewritten"


@dataclass(frozen=True)
class Rewritten:
    """What a file came to: its size in bytes before and after."""

    path: Path
    size_before: int
    size_after: int

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {"status": "succeeded", "exit_code": 0, **asdict(self)}


def rewrite(path: Path) -> Rewritten:
    """Copy all that a file holds into a fresh one and put that in its place. The caller holds the lock.

    Tables, views, constraints and comments stay. A kill leaves the old file or the new one, and at most a
    draft, which the next rewrite removes.

    Raises:
        WarehouseUnusable: It could not be copied, for want of space, say. The file is as it was.
    """
    draft = path.with_name(f".{path.name}.rewrite")
    before = path.stat().st_size
    try:
        remove_draft(path)
        _copy(path, draft)
        replace_file(draft, path)
    except (OSError, duckdb.Error) as error:
        reason = str(error).strip().splitlines()[0]
        raise WarehouseUnusable(
            f"{path} could not be written anew, it is as it was. That takes as much free space as the file "
            f"has data. The reason: {reason}"
        ) from error
    finally:
        remove_draft(path)
    return Rewritten(path, before, path.stat().st_size)


def remove_draft(path: Path) -> None:
    """Remove what a rewrite that was killed left beside a file, and what DuckDB put aside while it worked."""
    draft = path.with_name(f".{path.name}.rewrite")
    remove(draft)
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)


def _copy(path: Path, draft: Path) -> None:
    # Views name their catalog, which DuckDB derives from the file's name: the old file is attached under it.
    with duckdb.connect(":memory:", config=drafting(draft)) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            con.execute(f"attach {literal(path)} as {quoted(path.stem)}")  # takes in what the WAL still holds
        except duckdb.Error as error:
            raise explained(path, error) from error
        con.execute(f"checkpoint {quoted(path.stem)}")
        con.execute(f"attach {literal(draft)} as {FRESH}")
        con.execute(f"copy from database {quoted(path.stem)} to {FRESH}")
        con.execute(f"checkpoint {FRESH}")
        con.execute(f"detach {FRESH}")
