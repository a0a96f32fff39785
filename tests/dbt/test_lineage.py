"""Every canonical field comes from exactly the raw columns that the field map names for it.

Asserted is where values come from; what only chooses among them (ranks, flags, clocks, join keys) is left
out: see tests/dbt/lineage.py.
"""

import re

import duckdb
import pytest
import yaml

from canon.journal import ensure_journals
from canon.site.docs import trace
from tests.dbt.lineage import Columns, Lineage
from tests.dbt.manifest import REPOSITORY, Project

pytestmark = pytest.mark.xdist_group("dbt")

POLICY = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]
PUBLISHED = {"customer": "customers", "company": "companies", "deal": "deals"}
FIELDS = [(entity, name) for entity, matrix in POLICY["ownership"].items() for name in matrix]

JOURNALS = "select table_name, column_name from duckdb_columns() where schema_name = 'ops'"

# The log's own columns, and how they say a stage and its pipeline: one raw table holds both.
LOG = ["_record_id", "_stamp", "_is_deleted", "_content_hash", "_extract_id", "_sync_seq"]
ELSEWHERE = {
    "hubspot.pipelines.label": ("raw_hubspot", "pipelines", "pipeline_label"),
    "hubspot.stages.label": ("raw_hubspot", "pipelines", "stage_label"),
}


def raw_table(object_: str) -> str:
    """The raw table of a source object: `OpportunityContactRole` -> `opportunity_contact_role`."""
    return re.sub("(?<!^)(?=[A-Z])", "_", object_).lower()


def raw_column(system: str, object_: str, name: str) -> tuple[str, str, str]:
    """Schema, table and column of a source field in the log."""
    return ELSEWHERE.get(f"{system}.{object_}.{name}", (f"raw_{system}", raw_table(object_), name.lower()))


def expected(entity: str, canonical: str, loaded: set[str]) -> Columns:
    """The field itself, or the value it leads to (`through`), or both (`else`), as the field map says."""
    found = {("ops", "value_decisions", "value")}  # a steward's word
    for system, objects in POLICY["field_map"][entity].items():
        for object_, lines in objects.items() if system in loaded else ():
            for name, line in lines.items():
                if line["to"] != canonical:
                    continue
                if "through" not in line:
                    found.add(raw_column(system, object_, name))
                if line["type"] == "boolean":  # true or false, told by conditions alone
                    found.add(("ops", "value_decisions", "field"))
                if line.get("normalize") == "picklist":
                    found.add(("seeds", "picklists", "canonical_value"))
                for key in {"through", "else"} & set(line):
                    found.add(raw_column(system, *line[key].split(".")))
    return frozenset(found)


@pytest.fixture(scope="module")
def lineage(project: Project) -> Lineage:
    """The compiled project over raw tables that have the columns which staging reads."""
    raw: dict[tuple[str, str], list[str]] = {}
    for source in project.sources:
        table = (source["schema"], source["name"])
        raw[table] = [*LOG, *source["columns"], *source["meta"].get("keys", [])]
    for entity, systems in POLICY["field_map"].items():
        for system, objects in systems.items():
            for object_, lines in objects.items():
                table = (f"raw_{system}", raw_table(object_))
                if table in raw:
                    raw[table] = list(dict.fromkeys([*raw[table], *map(str.lower, lines)]))
        assert entity in PUBLISHED
    for seed in (REPOSITORY / "dbt_project" / "seeds").glob("*.csv"):
        raw["seeds", seed.stem] = seed.read_text().partition("\n")[0].split(",")
    with duckdb.connect() as con:
        ensure_journals(con)
        for table, column in con.execute(JOURNALS).fetchall():
            raw.setdefault(("ops", table), []).append(column)
    return Lineage(project, raw)


@pytest.fixture(scope="module")
def loaded(project: Project) -> set[str]:
    """Systems that have raw tables."""
    return {source["source_name"] for source in project.sources}


@pytest.mark.parametrize(("entity", "canonical"), FIELDS)
def test_a_canonical_field_comes_from_the_fields_that_are_mapped_to_it(
    lineage: Lineage, loaded: set[str], entity: str, canonical: str
) -> None:
    assert lineage.of("marts", PUBLISHED[entity], canonical) == expected(entity, canonical, loaded)


def test_the_walk_sees_what_a_value_is_made_of(project: Project) -> None:
    sql = """
        with t as (select * from raw.people),
        u as (select max_by(a, b) filter (where c) as d, e from t group by e)
        select case when f.d = 'x' then true end as flag, coalesce(f.d, g.name) as both_, f.e
        from u as f left join raw.other as g on f.e = g.id
    """
    node = {"name": "probe", "resource_type": "model", "compiled_code": sql}
    probe = Lineage(
        Project(project.root, {"nodes": {"probe": node}}),
        {("raw", "people"): ["a", "b", "c", "e"], ("raw", "other"): ["id", "name"]},
    )
    a, name = ("raw", "people", "a"), ("raw", "other", "name")
    assert probe.of("marts", "probe", "flag") == {a}
    assert probe.of("marts", "probe", "both_") == {a, name}
    assert probe.of("marts", "probe", "e") == {("raw", "people", "e")}


@pytest.mark.parametrize(("entity", "canonical"), FIELDS)
def test_the_docs_of_a_canonical_column_say_whose_it_is_and_where_it_comes_from(
    project: Project, entity: str, canonical: str
) -> None:
    line = POLICY["ownership"][entity][canonical]
    said = project.models[PUBLISHED[entity]]["columns"][canonical]["description"]
    assert said.startswith(line["why"])
    for part in (
        f"Owner: {line['sources'][0]};",
        f"rule: {line['rule']};",
        f"sources: {', '.join(line['sources'])};",
        f"steward: {line['steward']}.",
        f"]({trace(entity, canonical)})",
    ):
        assert part in said


def test_an_exposure_reads_what_is_published(project: Project) -> None:
    exposures = project.manifest["exposures"].values()
    assert {each["name"] for each in exposures} >= {"health_pages", "explain", "mailings"}
    for each in exposures:
        assert {parent["schema"] for parent in project.parents(each)} <= {"marts", "ops"}


def test_the_pages_read_what_their_exposure_says(project: Project) -> None:
    folder = REPOSITORY / "canon" / "site"
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    read = set(re.findall(r"(?:marts|ops)\.([a-z_]+)", code)) | {f"{entity}_changes" for entity in PUBLISHED}
    exposure = next(each for each in project.manifest["exposures"].values() if each["name"] == "health_pages")
    stated = {parent["name"] for parent in project.parents(exposure)}
    models = {name for name in read & set(project.models) if not name.startswith("measure_")}
    assert models == stated
