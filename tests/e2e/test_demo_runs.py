"""`canon demo`, twice in a row: the whole story on a fresh folder, and again over what it left."""

import re

import duckdb
import pytest

from tests import rendered

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

DAY_TWO_SENTENCES = (
    "Søren Vestergaard-Lund gives marketing a new number",
    "Ulrich Sonnenfeld is deleted in Salesforce",
    "turn out to be one Cosima Bellweather",
    "Ottoline Marchetti stops logging in",
)


def said(output: str) -> list[str]:
    """The lines of an output that are the same in every run: no ports, no paths, no moments."""
    lines = [rendered.steady(line).rstrip() for line in output.splitlines()]
    return [line for line in lines if line and not line.startswith(("```", "  data/"))]


@pytest.fixture(scope="module")
def project(tmp_path_factory, new_project):
    samples = ("salesforce", "hubspot", "product", "day_two.json", "policy_before.yml")
    folder = tmp_path_factory.mktemp("demo") / "project"
    return new_project(folder, *(f"data/{name}" for name in samples))


@pytest.mark.parametrize("run", ["first", pytest.param("second", marks=pytest.mark.long)])
def test_the_demo_tells_the_story(project, run_process, canon_command, run):
    done = run_process(project, [*canon_command, "demo"], {"COLUMNS": "100"})

    assert done.returncode == 0, done.stderr
    assert re.search(r"An emulated Salesforce and HubSpot answer at http://127\.0\.0\.1:\d+", done.stdout)
    found = re.search(
        r"(\d+) people found behind (\d+) records; (\d+) of them are in more than one", done.stdout
    )
    assert found
    people, records, shared = map(int, found.groups())
    assert records > people > shared > 100
    for sentence in DAY_TWO_SENTENCES:
        assert sentence in done.stdout
    assert re.search(r"18 new versions of records; canonical values changed: \d+ because of", done.stdout)
    assert "from product, by the rule owner_only; cause: source" in done.stdout
    assert "from salesforce, by the rule source_priority; cause: policy" in done.stdout
    assert "WARNING" not in done.stderr
    assert not re.search(r"^ *[✗!] ", done.stdout, flags=re.M)
    assert "canon explain " in done.stdout
    told = rendered.block(rendered.README.read_text(), "demo")
    assert [line for line in said(told) if line not in said(done.stdout)] == []
    for name in ("canon.duckdb", "published/canon.duckdb", "site/index.html", "site/health.html"):
        assert (project / "data" / name).stat().st_size > 0


def test_only_the_product_sets_what_the_product_owns(project):
    """The demo loads it although CANON_SOURCES does not name it, with the setting that a user would give."""
    with duckdb.connect(str(project / "data/published/canon.duckdb"), read_only=True) as con:
        owned = "select distinct field from marts.customer_fields where source = 'product' order by 1"
        assert con.execute(owned).fetchall() == [("internal_status",), ("usage_score",)]
        sources = (
            "select distinct usage_score_source, internal_status_source from marts.customers order by all"
        )
        assert con.execute(sources).fetchall() == [
            ("product", "product"),
            (None, "product"),
            (None, None),
        ]
        tied = "select match_rule, count(*) from marts.customer_sources where source = 'product' group by all"
        rules = dict(con.execute(tied).fetchall())
    assert rules.keys() == {"email", "external_id", "only_record"}
    assert rules["only_record"] == 8


def test_the_answer_that_readme_prints_is_the_consoles(project, run_process, canon_command):
    done = run_process(project, [*canon_command, "explain", rendered.EXPLAINED, "phone"], {"COLUMNS": "100"})

    assert done.returncode == 0, done.stderr
    assert said(rendered.block(rendered.README.read_text(), "explain")) == said(done.stdout)
