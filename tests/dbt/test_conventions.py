"""House rules of the dbt project, checked against dbt's manifest and not remembered."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dbt.manifest import Node, Project, compiled

pytestmark = pytest.mark.xdist_group("dbt")

HERE = Path(__file__).parent
DBT = HERE.parents[1] / "dbt_project"

READS_FROM = {
    "staging": {"source", "staging"},
    "intermediate": {"staging", "intermediate", "seeds"},
    "snapshots": {"intermediate"},
    "marts": {"intermediate", "snapshots", "marts"},
    "ops": {"staging", "intermediate", "marts", "ops"},
}
# The journal of runs is no business data: marts date their rows by it.
JOURNAL = "stg_canon__sync_runs"

# Who was with whom is made of the crosswalk, before any value; what a split copies, after it (decision 17).
MEMBERS = "customer_members_snapshot"

# Whether what others say of an address is news to a customer is asked of everybody's, which the marts keep.
SUPPRESSED = "int_customers_suppressed"

# Measured when somebody reads them, so a contract, which is checked when a table is built, proves nothing.
WITHOUT_CONTRACT = "measure_"

# Macros that run statements while dbt runs, never while it compiles: hooks and a materialization.
AT_RUN_TIME = {
    "macros/delta/position.sql",
    "macros/delta/rows_before.sql",  # what an earlier release left may have other columns
    "macros/journal/open_build.sql",
    "macros/materializations/connected_components.sql",
    "macros/materializations/judged_links.sql",
    "macros/materializations/label_components.sql",
    "macros/materializations/work_tables.sql",
    "macros/overrides/should_full_refresh.sql",
}

# The models in which a value wins; everything before them carries values, everything after shows them.
DECIDING = ("ranked", "decided", "resolved")


def layer(node: Node) -> str:
    """The layer that a node lies in: its top folder under models, or its kind."""
    kinds = {"seed": "seeds", "snapshot": "snapshots", "source": "source"}
    return kinds.get(node["resource_type"]) or Path(node["path"]).parts[0]


def wrong(found: Iterator[str]) -> None:
    """Fail with every violation at once."""
    violations = sorted(found)
    assert not violations, "\n".join(violations)


def code(text: str) -> str:
    """SQL and jinja without comments."""
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.S)


def files(*folders: str) -> dict[str, str]:
    """Path below dbt_project to the code of each SQL file of these folders."""
    return {
        str(path.relative_to(DBT)): code(path.read_text())
        for folder in folders
        for path in sorted((DBT / folder).rglob("*.sql"))
    }


# --- layers --------------------------------------------------------------------------------------


def test_folder_is_schema_is_layer(project: Project) -> None:
    wrong(
        f"{node['name']}: lies in {layer(node)}, is built in {node['schema']}"
        for node in [*project.models.values(), *project.snapshots.values()]
        if node["schema"] != layer(node)
    )


def test_a_layer_reads_only_its_neighbour(project: Project) -> None:
    wrong(
        f"{node['name']}: {layer(node)} reads {layer(parent)}.{parent['name']}"
        for node in [*project.models.values(), *project.snapshots.values()]
        for parent in project.parents(node)
        if layer(parent) not in READS_FROM[layer(node)]
        and not (layer(node) == "marts" and parent["name"] == JOURNAL)
        and not (node["name"] == "int_customers_parted" and parent["name"] == MEMBERS)
        and not (node["name"] == SUPPRESSED and layer(parent) == "marts")
    )


def test_what_identity_keeps_is_made_while_it_is_known_whether_all_of_it_is(
    project: Project,
) -> None:
    """Macro should_full_refresh asks int_customers_changed of every kept model of a folder `identity`.

    int_customers_traced empties that.
    """
    models = project.models
    kept = [
        name
        for name, node in models.items()
        if "/identity/" in node["path"] and node["config"].get("touched")
    ]
    assert len(kept) > 5
    last = project.above(models["int_customers_traced"])
    wrong(
        f"{name}: may be made too early"
        for name in kept
        if "int_customers_changed" not in project.above(models[name])
    )
    wrong(f"{name}: may be made too late" for name in kept if name not in last)


def test_who_asks_for_the_rows_of_the_build_before_comes_before_they_are_replaced(project: Project) -> None:
    """Macro rows_before can be no `ref`, so dbt does not see to it; two models at a time would show it."""
    asked = {
        (name, read)
        for name, node in project.models.items()
        for read in re.findall(r"/\* (\w+) as the build before left it \*/", node["compiled_code"])
    }
    assert len(asked) > 10
    wrong(
        f"{name}: may read {read} when this build has replaced it"
        for name, read in asked
        if name not in project.above(project.models[read])
    )


def test_staging_reads_one_source_at_a_time(project: Project) -> None:
    def system(node: Node) -> str:
        return node["source_name"] if layer(node) == "source" else Path(node["path"]).parts[1]

    wrong(
        f"{node['name']}: reads {system(parent)}"
        for node in project.models.values()
        if layer(node) == "staging"
        for parent in project.parents(node)
        if system(parent) != system(node)
    )


def expected_name(node: Node) -> str:
    """The pattern that the name of a model must have where it lies."""
    folders = Path(node["path"]).parts[:-1]
    if folders[0] == "staging":
        return rf"stg_{folders[1]}__[a-z_]+"
    if folders[0] == "intermediate":
        return rf"int_{folders[1] if len(folders) > 1 else '[a-z]+s'}_[a-z]+ed"
    return r"(?!stg_|int_|dim_|fct_|fact_)[a-z][a-z_]+"


def test_a_name_says_the_layer(project: Project) -> None:
    wrong(
        f"{node['path']}: expected {expected_name(node)}"
        for node in project.models.values()
        if not re.fullmatch(expected_name(node), node["name"])
    )


# --- what a model is made of ---------------------------------------------------------------------


def test_every_model_has_its_own_yml_beside_it(project: Project) -> None:
    wrong(
        f"{node['original_file_path']}: described in {node['patch_path']}"
        for node in project.models.values()
        if (node["patch_path"] or "").removeprefix("canon://")
        != str(Path(node["original_file_path"]).with_suffix(".yml"))
    )


def test_every_description_says_the_grain(project: Project) -> None:
    wrong(
        f"{node['original_file_path']}: {node['description'] or 'no description'}"
        for node in project.models.values()
        if "One row per " not in node["description"]
    )


def test_models_never_loop() -> None:
    wrong(f"{path}: move the loop to a macro" for path, text in files("models").items() if "{% for" in text)


def test_the_last_line_of_a_model_selects_its_last_step() -> None:
    wrong(
        f"{path}: ends with {lines[-1]}"
        for path, text in files("models").items()
        for lines in [text.strip().splitlines()]
        if "with" in lines and not re.fullmatch(r"select \* from [a-z_]+", lines[-1])
    )


def test_every_macro_file_opens_with_what_it_is_for() -> None:
    wrong(
        f"{path.relative_to(DBT)}: begin with a comment"
        for path in (DBT / "macros").rglob("*.sql")
        if not path.read_text().startswith("{# ")
    )


def test_nothing_reads_the_warehouse_at_compile_time() -> None:
    functions = "run_query|load_result|load_relation|get_columns_in_relation|get_column_values"
    reading = rf"\b({functions})\(|\{{% call statement"
    wrong(
        f"{path}: {found[0]}"
        for path, text in files("models", "macros", "snapshots", "tests").items()
        if path not in AT_RUN_TIME
        for found in [re.search(reading, text)]
        if found
    )


# --- what is published ---------------------------------------------------------------------------


def published(project: Project) -> list[Node]:
    """The models that people and tools open."""
    return [node for node in project.models.values() if layer(node) in ("marts", "ops")]


def test_everything_published_has_an_enforced_contract(project: Project) -> None:
    wrong(
        f"{node['name']}: no enforced contract"
        for node in published(project)
        if not node["config"]["contract"]["enforced"] and not node["name"].startswith(WITHOUT_CONTRACT)
    )


def test_every_published_column_is_described(project: Project) -> None:
    wrong(
        f"{node['name']}.{column['name']}: no description"
        for node in published(project)
        for column in node["columns"].values()
        if not column["description"]
    )


def test_everything_published_has_a_tested_key(project: Project) -> None:
    keyed = set()
    for test in project.tests:
        metadata = test.get("test_metadata") or {}
        if metadata.get("name") in ("unique", "unique_combination"):
            keyed.add(test["attached_node"])
    wrong(
        f"{node['name']}: no unique or unique_combination test"
        for node in published(project)
        if node["unique_id"] not in keyed
    )


# --- the policy ----------------------------------------------------------------------------------


def test_no_code_outside_the_policy_decides_by_the_name_of_a_system(policy: dict[str, Any]) -> None:
    systems = "|".join(sorted({system for entity in policy["field_map"].values() for system in entity}))
    compares = (
        rf"\b(source|system)\s*(=|==|!=|<>|(not )?in)\s*[(\[]*\s*['\"]({systems})['\"]|when '({systems})'"
    )
    wrong(
        f"{path}: {found[0]}"
        for path, text in files("models", "macros", "snapshots").items()
        for found in [re.search(compares, text)]
        if found
    )


@pytest.mark.slow
def test_who_wins_comes_from_the_policy_alone(
    project: Project, policy: dict[str, Any], tmp_path: Path
) -> None:
    """Give every field to a system that is loaded nowhere: no other name may be left where values win."""
    ownership = {
        entity: {field: {**line, "sources": ["esp"]} for field, line in matrix.items()}
        for entity, matrix in policy["ownership"].items()
    }
    # A consent line must list every system that states it, so only esp may state it here.
    field_map = copy.deepcopy(policy["field_map"])
    for system in ("salesforce", "hubspot"):
        for lines in field_map["customer"][system].values():
            for name in [name for name, line in lines.items() if line["to"] == "email_opted_out"]:
                del lines[name]
    # Nor may a line list only systems that cannot fill it, so esp fills everything.
    for systems in field_map.values():
        types = {
            line["to"]: line["type"]
            for objects in systems.values()
            for lines in objects.values()
            for line in lines.values()
        }
        systems["esp"] = {"subscribers": {to: {"to": to, "type": type_} for to, type_ in types.items()}}
    edited = {"ownership": ownership, "field_map": field_map}
    given = compiled(tmp_path, "--vars", yaml.safe_dump(edited, default_flow_style=True))
    deciding = [name for name in given.models if name.endswith(DECIDING)] + [
        "customer_field_conflicts",
        "customer_fields",
    ]
    assert len(deciding) >= len(policy["ownership"]) * len(DECIDING)
    wrong(
        f"{name}: names {system} although the policy does not"
        for name in deciding
        for system in ("salesforce", "hubspot")
        if system in given.models[name]["compiled_code"].replace("raw_" + system, "")
    )


def rule_files() -> set[str]:
    """The rules that have a macro file."""
    return {
        path.stem.removeprefix("conflict_rule__")
        for path in (DBT / "macros" / "conflict_rules").glob("conflict_rule__*.sql")
    }


def test_the_policy_may_name_exactly_the_rules_that_have_a_macro() -> None:
    text = (DBT / "macros" / "policy" / "lint_policy.sql").read_text()
    listed = re.search(r"set rules = \[(.*?)\]", text, flags=re.S)
    assert listed, "lint_policy.sql no longer lists the rules"
    assert set(re.findall(r"'([a-z_]+)'", listed[1])) == rule_files()


def test_every_rule_is_documented_and_no_other(project: Project) -> None:
    text = (project.root / "docs" / "policy.md").read_text()
    section = re.search(r"^## Rules$(.*?)^## ", text, flags=re.S | re.M)
    assert section, "docs/policy.md has no section `## Rules`"
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section[1], flags=re.M)) == rule_files()


@pytest.mark.parametrize("rule", sorted(rule_files()))
def test_a_rule_is_one_macro_with_its_unit_tests(project: Project, rule: str) -> None:
    text = (DBT / "macros" / "conflict_rules" / f"conflict_rule__{rule}.sql").read_text()
    assert re.findall(r"\{% macro (conflict_rule__[a-z_]+)\(", text) == [f"conflict_rule__{rule}"]
    named = [test["name"] for test in project.unit_tests if test["name"].startswith(rule)]
    assert named, f"no unit test's name starts with {rule}"
