"""Makes the warehouse that a release leaves behind: `python -m tests.upgrades.make FOLDER`, in its checkout.

A few dozen people of the sample, a second day with a change in each system, a steward's word; compacted and
packed, it is what every later release has to open.
"""

import gzip
import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

HASH_KEY = "5eed" * 16
MEMBERS = "select customer_id, source_record_id from marts.customer_sources order by all"


def make(folder: Path) -> Path:
    """Sync twice with the code of this checkout; returns the packed warehouse."""
    from canon.settings import Settings
    from canon.steward import MUST_LINK, decide, grounds_of
    from canon.sync import sync
    from sandbox.server import running
    from tests.e2e.conftest import copy_project
    from tests.histories.world import small_world
    from tests.kills.ground import change_hubspot, change_salesforce

    root = copy_project(folder / "project")
    os.chdir(root)
    os.environ["CANON_HASH_KEY"] = HASH_KEY
    with running(small_world(folder / "world")) as server:
        now = datetime.fromisoformat(server.clock()["now"]).replace(tzinfo=None, microsecond=0)
        os.environ.update(server.environment)
        settings = Settings.load(root)
        sync(settings)
        server.clock(now=(now + timedelta(days=1)).isoformat())
        change_salesforce(server, 1)
        change_hubspot(server, 1)
        one, other = _strangers(settings.published)
        decide(settings, MUST_LINK, one, other, grounds_of("steward", "of the tests"))
        sync(settings)
    return _packed(settings.warehouse, folder)


def _strangers(published: Path) -> tuple[str, str]:
    """Two records of two customers."""
    query = (
        "select source || ':' || object || ':' || min(source_record_id) from marts.customer_sources "
        "where source = ? group by source, object order by 1 limit 1"
    )
    with duckdb.connect(str(published), read_only=True) as con:
        found = [con.execute(query, [source]).fetchall()[0][0] for source in ("hubspot", "salesforce")]
    return found[0], found[1]


def _packed(warehouse: Path, folder: Path) -> Path:
    fresh, packed = folder / "fresh.duckdb", folder / "canon.duckdb.gz"
    with duckdb.connect() as con:
        con.execute(f"attach '{warehouse}' as {warehouse.stem} (read_only)")
        con.execute(f"attach '{fresh}' as fresh")
        con.execute(f"copy from database {warehouse.stem} to fresh")
    with fresh.open("rb") as source, gzip.open(packed, "wb", compresslevel=9) as target:
        shutil.copyfileobj(source, target)
    return packed


if __name__ == "__main__":
    made = make(Path(tempfile.mkdtemp()))
    shutil.copyfile(made, Path(sys.argv[1]) / made.name)
