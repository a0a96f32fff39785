"""Every model, snapshot, work table and invariant in SQL that means the same on DuckDB and on Spark.

What is read is what dbt compiles for a first build; what a later build adds (`is_incremental()`) is not.
"""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml

from tests.dbt.manifest import REPOSITORY, Node, Project, compiled
from tests.dbt.portable import DISPATCHED, DISPATCHED_TYPES, refusals

pytestmark = pytest.mark.xdist_group("dbt")

MACROS = REPOSITORY / "dbt_project" / "macros"
MODELS = REPOSITORY / "dbt_project" / "models"


def statements(project: Project) -> dict[str, str]:
    """Name to compiled SQL of everything that dbt selects; generic tests are dbt's own."""
    invariants = [test for test in project.tests if "test_metadata" not in test]
    nodes: list[Node] = [*project.models.values(), *project.snapshots.values(), *invariants]
    return {node["name"]: node["compiled_code"] for node in nodes}


def work_tables() -> dict[str, str]:
    """The selects that the materializations of identity run, as if their work tables were named `work`.

    `key_hash` is a macro with a form for each dialect: its argument stands for it.
    """
    text = "".join(path.read_text() for path in sorted((MACROS / "materializations").glob("*.sql")))
    bodies = re.findall(r"\{% macro ([a-z_]+)\(work\) %\}(.*?)\{% endmacro %\}", text, flags=re.S)
    plain = {name: re.sub(r"\{\{ key_hash\('(.+?)'\) \}\}", r"\1", body) for name, body in bodies}
    selects = {name: body.replace("{{ work }}", "work") for name, body in plain.items() if "{%" not in body}
    assert len(selects) >= 12
    return selects


def test_what_dbt_builds_is_portable(project: Project) -> None:
    found = {
        name: why
        for name, sql in (statements(project) | work_tables()).items()
        for why in [refusals(sql)]
        if why
    }
    assert not found


# Rules that the matrix does not use, each on a field that it can decide.
OTHER_RULES = """
job_title: {rule: source_priority, sources: [[salesforce, hubspot], product]}
company_name: {rule: trust_score, sources: [salesforce, hubspot], trust: {
  salesforce: {max: 90, min: 20, decay: linear, period: P90D},
  hubspot: {max: 80, decay: half_life, period: P30D}}}
phone: {rule: frequency, sources: [salesforce, hubspot]}
lead_status: {rule: other_attribute_winner, sources: [salesforce, hubspot], follows: phone}
lead_score: {rule: min_value, sources: [salesforce, hubspot]}
lead_source: {rule: aggregation, sources: [salesforce, hubspot]}
account_owner: {rule: unanimous_or_null, sources: [salesforce, hubspot], blank: keep_blank}
internal_status: {rule: longest, sources: [hubspot, product]}
subscription_status: {rule: shortest, sources: [hubspot, billing]}
last_activity_at: {rule: oldest_value, sources: [salesforce, hubspot]}
email_opted_out: {rule: consent_latest_explicit, sources: [salesforce, hubspot, esp], blank: keep_blank}
"""
OTHER_DEAL_RULES = """
is_won: {rule: any_true, sources: [salesforce, hubspot]}
is_closed: {rule: all_true, sources: [salesforce, hubspot]}
"""


def test_what_other_rules_render_is_portable(policy: dict[str, Any], tmp_path: Path) -> None:
    edited = copy.deepcopy(policy)
    for entity, lines in {"customer": OTHER_RULES, "deal": OTHER_DEAL_RULES}.items():
        for field, line in yaml.safe_load(lines).items():
            stated = {key: edited["ownership"][entity][field][key] for key in ("steward", "why")}
            edited["ownership"][entity][field] = {"blank": "fall_through", **line, **stated}
    for objects in edited["field_map"]["customer"].values():
        for lines in objects.values():
            for line in lines.values():
                line.update({"normalize": "list"} if line["to"] == "lead_source" else {})
    test_what_dbt_builds_is_portable(compiled(tmp_path, "--vars", yaml.safe_dump(edited)))


def test_spark_can_read_every_statement_that_is_translated_for_it(project: Project) -> None:
    for name, sql in statements(project).items():
        for translated in sqlglot.transpile(sql, read="duckdb", write="spark"):
            assert sqlglot.parse_one(translated, read="spark"), name


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select a from t qualify row_number() over (order by a nulls last) = 1", "qualify"),
        ("select a, count(*) from t group by all", "group by all"),
        ("select * exclude (a) from t", "select * exclude, replace or rename"),
        ("select * replace (1 as a) from t", "select * exclude, replace or rename"),
        ("select * rename (a as b) from t", "select * exclude, replace or rename"),
        ("select columns('a.*') from t", "columns(…)"),
        ("select 1 as a union by name select 2 as a", "union by name"),
        ("select list_transform(a, x -> x + 1) from t", "lambda"),
        ("select list_transform(a, lambda x: x + 1) from t", "lambda"),
        ("select [x + 1 for x in a] from t", "list comprehension"),
        ("select [1, 2] as a", "list literal"),
        ("select {'a': 1} as a", "struct or map"),
        ("select map {'a': 1} as a", "struct or map"),
        ("select a[1] from t", "element access"),
        ("select a::date from t", "cast by ::"),
        ("select * from t natural join u", "natural, asof or positional join"),
        ("select * from t positional join u", "natural, asof or positional join"),
        ("select * from t asof join u on t.a >= u.a", "natural, asof or positional join"),
        (
            "with recursive r(a) using key (a) as (select 1 union select a from r) select * from r",
            "recursive CTE",
        ),
        ("with recursive r as (select 1 as a union all select a from r) select * from r", "recursive CTE"),
        ("select distinct on (a) a, b from t", "distinct on"),
        ("select sum(a) filter (where a > 0) over (partition by b) from t", "filter in a window"),
        ("select a from t order by a nulls last limit 1", "order by outside a window"),
        ("select a from (select a from t order by a nulls last) as ordered", "order by outside a window"),
        ("select string_agg(a, ',' order by a nulls last) from t", "order by outside a window"),
        ("select string_agg(a, ',') from t", "function string_agg"),
        ("select arg_max(a, b) from t", "function arg_max"),
        ("select jaro_winkler_similarity(a, b) from t", "function jaro_winkler_similarity"),
        ("select strftime(a, '%Y') from t", "function strftime"),
        ("select list_sort(a) from t", "function list_sort"),
        ("select json_extract(a, 'b') from t", "function json_extract"),
        ("select a // 2 from t", "integer division"),
        ("select a / b from t", "division by what may be zero"),
        ("select a / count(*) from t group by a", "division by what may be zero"),
        (r"select replace(a, '\', '') from t", "quote or backslash in a literal"),
        ("select 'O''Brien' as a", "quote or backslash in a literal"),
        ('select "a" from t', "quoted name"),
        ("select Name from t", "name in capitals"),
        ("select a from t where a glob 'b*'", "glob or regular expression operator"),
        ("select a from t where a ~ 'b'", "glob or regular expression operator"),
        ("select a from t tablesample 10%", "pivot, sample or lateral"),
        ("select cast(a as text) from t", "type text"),
        ("select cast(a as hugeint) from t", "type hugeint"),
        ("select row_number() over (order by a) from t", "order by without nulls last"),
        (
            "select row_number() over (order by f(a, 1) desc nulls last, b) from t",
            "order by without nulls last",
        ),
    ],
)
def test_what_one_engine_alone_understands_is_refused(sql: str, why: str) -> None:
    assert why in refusals(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select a, max_by(b, c) filter (where c > 0) as d from t group by a",
        "select a is not distinct from b as same, cast(null as string) as c from t",
        "select row_number() over (partition by a order by b desc nulls last, c nulls last) as n from t",
        "with all_rows as (select a from t) select a from all_rows order by a nulls last",
        "select sum(a) over w as b from t window w as (order by c nulls last rows unbounded preceding)",
        "select a / nullif(b, 0) as c, b / 60.0 as d from t",
        'select a from "warehouse"."staging"."t" where a in (select b from u) and a like \'x%\'',
        "select canon_email(a) as b, array_sort(array_agg(a) filter (where a > 0)) as c from t group by a",
    ],
)
def test_the_portable_form_is_not_refused(sql: str) -> None:
    assert refusals(sql) == []


def dispatching() -> dict[str, str]:
    """Macro file to its text, for the macros that have a form for each engine."""
    texts = {path: path.read_text() for path in sorted(MACROS.rglob("*.sql"))}
    return {str(path.relative_to(MACROS)): text for path, text in texts.items() if "adapter.dispatch" in text}


def test_a_macro_that_dispatches_has_a_form_for_spark() -> None:
    for path, text in dispatching().items():
        names = re.findall(r"adapter[.]dispatch\('([a-z_]+)', 'canon'\)", text)
        assert names, path
        for name in names:
            for engine in ("default", "spark"):
                assert f"macro {engine}__{name}(" in text, f"{path}: no {engine}__{name}"


def test_only_a_macro_that_dispatches_writes_what_one_engine_understands() -> None:
    words = rf"(?<![\w{{]) *\b({'|'.join(DISPATCHED)})\(|\bas ({'|'.join(DISPATCHED_TYPES)})\b|\bsimilar to\b"
    sql_only = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|--[^\n]*", flags=re.S)
    for path in sorted([*MACROS.rglob("*.sql"), *MODELS.rglob("*.sql")]):
        if path.is_relative_to(MACROS) and str(path.relative_to(MACROS)) in dispatching():
            continue
        written = re.search(words, sql_only.sub(" ", path.read_text()))
        assert not written, f"{Path(path).relative_to(REPOSITORY)}: {written and written[0]}"
