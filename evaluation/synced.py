"""Canon itself, the real way: a sandbox serves records, `canon sync` reads them, the warehouse answers.

Then `canon review suggest` says which of the customers are probably one.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from canon.quiet import NO_TELEMETRY
from evaluation.errors import EvaluationFailed
from evaluation.groups import Groups, Pair, joined
from evaluation.records import Record
from evaluation.world import make_world
from sandbox.server import running

ROOT = Path(__file__).resolve().parent.parent
CANON = [sys.executable, "-c", "from canon.cli import main; main()"]
SYNC, SUGGEST = ("sync",), ("review", "suggest", "--limit", "1000000")
GREEN_OR_RED = (0, 3)  # a sync's exit codes: some records say so little that a check may call the run red
NO_LIMIT = 1_000_000  # calls in ten seconds
START_SECONDS = 300
TAIL = 2000  # characters of a failed sync's messages that are shown

CUSTOMERS = (
    "select source || ':' || object || ':' || source_record_id, customer_id from marts.customer_sources"
)
LINKS = (
    "select left_key, right_key, tier from intermediate.int_customers_linked "
    "where status = 'accepted' order by all"
)
SUGGESTED = "select left_key, right_key from ops.identity_suggestions order by all"


@dataclass(frozen=True)
class Decision:
    """What Canon decided: each record's customer, its accepted links by tier, the pairs it asks about."""

    customers: Groups
    links: Sequence[tuple[str, str, int]]
    suggested: Sequence[Pair] = ()

    def up_to(self, tier: int) -> Groups:
        """The customers that links of this tier and stronger ones make on their own."""
        links: list[Pair] = [(left, right) for left, right, strength in self.links if strength <= tier]
        return joined(self.customers, links)


def decided(folder: Path, records: Sequence[Record]) -> Decision:
    """Serve the records, sync them into a warehouse in `folder` and read what was decided and suggested.

    Raises:
        EvaluationFailed: A command failed, or the warehouse does not hold exactly these records.
    """
    warehouse = folder / "warehouse" / "canon.duckdb"
    data = make_world(ROOT / "data", folder / "world", records)
    with running(data_dir=data, start_seconds=START_SECONDS) as server:
        server.switch(hubspot_burst_limit=NO_LIMIT)
        _run(SYNC, {**_environment(folder, warehouse), **server.environment})
    _run(SUGGEST, _environment(folder, warehouse))
    decision = _read(warehouse)
    astray = {each.key for each in records} ^ set(decision.customers)
    if astray:
        raise EvaluationFailed(
            f"{len(astray)} records are served and not in marts.customer_sources, or the other way round: "
            f"{', '.join(sorted(astray)[:3])} … Nothing that is missing can be counted right or wrong."
        )
    return decision


def _run(command: Sequence[str], variables: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*CANON, *command],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in GREEN_OR_RED:
        messages = (done.stderr or done.stdout)[-TAIL:]
        told = " ".join(command)
        raise EvaluationFailed(f"`canon {told}` ended with exit code {done.returncode}:\n{messages}")


def _environment(folder: Path, warehouse: Path) -> Mapping[str, str]:
    """Settings under which a sync touches no file of the project and calls nobody."""
    return {
        **NO_TELEMETRY,
        "CANON_WAREHOUSE": str(warehouse),
        "CANON_PUBLISHED": str(folder / "published" / "canon.duckdb"),
        "CANON_SITE": str(folder / "site"),
        "DBT_TARGET_PATH": str(folder / "target"),
    }


def _read(warehouse: Path) -> Decision:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        customers = dict(connection.execute(CUSTOMERS).fetchall())
        links = connection.execute(LINKS).fetchall()
        return Decision(customers, links, connection.execute(SUGGESTED).fetchall())
