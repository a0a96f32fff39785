"""A large account arrives whole: every record, with every value, and one can watch it come."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.world import replicate
from pipelines.extract import Progress
from sandbox.server import running
from tests.pipelines.loading import Warehouse, point_at

DATA = Path(__file__).parents[2] / "data"
PEOPLE = 1_000_000  # in Salesforce; half as many in HubSpot
TABLES = {
    "salesforce": ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "User"),
    "hubspot": ("contacts", "companies", "deals"),
}
RAW = {"OpportunityContactRole": "opportunity_contact_role"}

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("volume")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("volume") / "world"
    replicate(DATA, folder, PEOPLE)
    return folder


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def loaded(
    world: Path, reports: list[Progress], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """Everything, loaded over HTTP. HubSpot's rate is lifted: at its own, this takes its hour."""
    warehouse = Warehouse(tmp_path_factory.mktemp("loaded") / "canon.duckdb")
    with running(data_dir=world, start_seconds=900) as server, pytest.MonkeyPatch.context() as patch:
        server.switch(hubspot_burst_limit=1_000_000)
        point_at(server, patch)
        warehouse.load(progress=reports.append)
    yield warehouse
    warehouse.path.unlink()


@pytest.mark.parametrize(
    ("system", "name"), [(system, name) for system, names in TABLES.items() for name in names]
)
def test_every_value_arrives(loaded: Warehouse, world: Path, system: str, name: str) -> None:
    file = world / system / f"{name}.jsonl"
    raw = f"raw_{system}.{RAW.get(name, name.lower())}"
    fields = _fields(file, system)
    sums = ", ".join(
        f'sum(hash(_record_id, coalesce("{field}", \'\')) // 4096) as "{field}"' for field in fields
    )
    with duckdb.connect() as connection:
        connection.execute(f"attach '{loaded.path}' as log (read_only)")
        there = connection.execute(
            f"select count(*), {sums} from ({_source(file, system, fields)})"
        ).fetchone()
        here = connection.execute(f"select count(*), {sums} from log.{raw}").fetchone()
    assert here == there


def test_the_larger_half_is_there(loaded: Warehouse) -> None:
    assert loaded.count("raw_salesforce.contact") >= PEOPLE
    assert loaded.count("raw_hubspot.contacts") >= PEOPLE * 3 // 10


def test_one_can_watch_it_come(loaded: Warehouse, reports: list[Progress]) -> None:
    contacts = [report.rows_read for report in reports if report.object == "Contact"]
    assert len(contacts) > 20
    assert contacts == sorted(contacts)
    assert [report for report in reports if report.object == "Contact"][-1].is_done


def _fields(file: Path, system: str) -> list[str]:
    with file.open(encoding="utf-8") as lines:
        first = json.loads(next(lines))
    return list(first if system == "salesforce" else first["properties"])


def _source(file: Path, system: str, fields: list[str]) -> str:
    """The source's records as a query: `_record_id` and a text per field."""
    texts = ", ".join(f"'{field}': 'VARCHAR'" for field in fields)
    if system == "salesforce":
        return (
            'select "Id" as _record_id, * '
            f"from read_json('{file}', format = 'newline_delimited', columns = {{{texts}}})"
        )
    struct = ", ".join(f'"{field}" VARCHAR' for field in fields)
    return (
        "select id as _record_id, unnest(properties) "
        f"from read_json('{file}', format = 'newline_delimited', "
        f"columns = {{'id': 'VARCHAR', 'properties': 'STRUCT({struct})'}})"
    )
