"""The third step: Great Expectations on the small measure tables that dbt builds, one suite per table."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canon.errors import ConfigurationError
from canon.journal import ensure_journals, later_than
from canon.output import stdout_to_stderr, step
from canon.settings import Settings
from canon.warehouse import connect, quoted, relations_in

if TYPE_CHECKING:
    import duckdb

PASS, FAIL, ERROR = "pass", "fail", "error"
CRITICAL, WARNING = "critical", "warning"

# What a measure's columns of verdicts end with: what the policy makes of a row. A column of the same name
# that ends with ALLOWED says the limits.
VERDICT, ALLOWED = "verdict", "allowed"

# The system under which a measure has a row about Canon itself, whichever sources are loaded.
OURS = "canon"

# How many offending rows a result names: a health page is read, not searched.
OFFENDERS = 5

# Where it says of each check what may be behind it and what to do.
RUNBOOKS = "docs/runbooks.md"

# The columns that name a row of a measure table; each table has one of them at least.
NAMING_COLUMNS = ("source", "object", "field", "segment", "kind", "period")


@dataclass(frozen=True)
class CheckResult:
    """One row of `ops.health_checks`: what was checked, in plain words, what was seen, what was allowed."""

    check_name: str
    status: str
    observed: str
    threshold: str
    severity: str

    @property
    def is_red(self) -> bool:
        """Whether it turns the health red: critical, and anything but a pass."""
        return self.severity == CRITICAL and self.status != PASS


def validate(settings: Settings, sync_id: str | None) -> tuple[CheckResult, ...]:
    """Run every suite of `expectations/` and append the results to `ops.health_checks`.

    Raises:
        ConfigurationError: There are no suites, or one is not a suite.
    """
    suites = read_suites(settings.root / "expectations", settings.sources)
    with step("Checking the result"), stdout_to_stderr(), connect(settings.warehouse) as con:
        ensure_journals(con)
        frames: dict[str, Any] = {}
        results = check(con, suites, settings.sources, frames)
        now = later_than(con, "ops.health_checks", "checked_at")
        con.begin()
        _append(con, sync_id, results, now)
        keep_measurements(con, sync_id, frames, now)
        con.commit()
    return results


def prepare() -> None:
    """Import Great Expectations, and make what every frame is a batch of."""
    _measures()


def read_suites(folder: Path, sources: Sequence[str]) -> list[dict[str, Any]]:
    """The suites of a folder, by name, without the expectations that need a source that is not configured.

    An expectation names the sources it needs in `meta.sources`: with one CRM alone, nothing can be matched.
    """
    suites = [_read_suite(path) for path in sorted(folder.glob("*.json"))]
    if not suites:
        raise ConfigurationError(f"There are no suites in {folder}: a sync without checks proves nothing.")
    for suite in suites:
        suite["expectations"] = [
            each
            for each in suite["expectations"]
            if set(each.get("meta", {}).get("sources", ())) <= set(sources)
        ]
    return suites


def _read_suite(path: Path) -> dict[str, Any]:
    try:
        suite = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid JSON: {error}") from error
    named = isinstance(suite, dict) and suite.get("name") == path.stem and suite.get("expectations")
    if not named or not all(each.get("description") for each in suite["expectations"]):
        raise ConfigurationError(
            f"{path}: a suite is named like its file and its table, and each expectation has a description."
        )
    return dict(suite)


def check(
    con: "duckdb.DuckDBPyConnection",
    suites: Sequence[Mapping[str, Any]],
    sources: Sequence[str],
    frames: dict[str, Any],
) -> tuple[CheckResult, ...]:
    """Run suites on the tables of `ops` that they are named for; without its table, a check is an error.

    What was measured is added to `frames`, by the name of its table.
    """
    results: list[CheckResult] = []
    measures = relations_in(con, "ops")
    for suite in suites:
        if (name := suite["name"]) in measures:
            frames[name] = _expected_rows(con.table(f"ops.{name}").df(), sources)
            results += check_frame(suite, frames[name], {"sources": list(sources)})
        else:
            results += [_missing_table(name, each) for each in suite["expectations"]]
    return tuple(results)


def _expected_rows(frame: Any, sources: Sequence[str]) -> Any:
    """Leave out the rows of sources that this installation does not load: nobody expects them to be well."""
    return frame[frame["source"].isin([*sources, OURS])] if "source" in frame else frame


def check_frame(suite: Mapping[str, Any], frame: Any, parameters: Mapping[str, Any]) -> list[CheckResult]:
    """Validate one frame against one suite, results in the order of the suite."""
    import great_expectations as gx

    batch = _measures().get_batch({"dataframe": frame})
    shown = [each.get("meta", {}).get("shows") for each in suite["expectations"]]
    naming = [name for name in (*NAMING_COLUMNS, *dict.fromkeys(shown)) if name in frame.columns]
    found = batch.validate(
        gx.ExpectationSuite(name=suite["name"], expectations=list(suite["expectations"])),
        expectation_parameters=dict(parameters),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": naming},
    )
    judged = [judge(each.to_json_dict(), _allowed(frame)) for each in found.results]
    by_name = {each.check_name: each for each in judged}
    return [by_name[each["description"]] for each in suite["expectations"]]


@cache
def _measures() -> Any:
    """What every frame is a batch of: to have one for each takes Great Expectations as long as the checks."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # It logs a traceback per missing column, some of it at levels that its modules set for themselves.
    logging.getLogger("great_expectations").propagate = False

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("ops").add_dataframe_asset("measures")
    return asset.add_batch_definition_whole_dataframe("now")


def _allowed(frame: Any) -> dict[str, str]:
    """By column of verdicts, the limits that the rows of a measure are judged by, in words."""
    return {
        name.removesuffix(ALLOWED) + VERDICT: "; ".join(sorted(map(str, frame[name].unique())))
        for name in frame.columns
        if name.endswith(ALLOWED)
    }


def judge(found: Mapping[str, Any], allowed: Mapping[str, str]) -> CheckResult:
    """One result of Great Expectations as a row of `ops.health_checks`.

    Great Expectations lets nulls and empty frames pass a range; here nothing seen is nothing proved.
    `allowed` are the limits of verdicts, in words.
    """
    config = found["expectation_config"]
    problem = _exception(found["exception_info"])
    unseen = _unseen(config["type"], found["result"])
    column, severity = str(config["kwargs"].get("column")), config["severity"]
    if problem:
        status, observed = ERROR, problem
    elif unseen:
        status, observed = FAIL, unseen
    else:
        status, observed = (PASS if found["success"] else FAIL), _observed(found["result"], config)
        severity = _worst(found["result"], column) or severity
    threshold = allowed.get(column) or threshold_of(config)
    return CheckResult(config["description"], status, observed, threshold, severity)


def _worst(result: Mapping[str, Any], column: str) -> str | None:
    """How bad the worst verdict among the offending rows is; None where the column has no verdicts."""
    found = {row.get(column) for row in result.get("unexpected_index_list") or ()}
    return next((each for each in (CRITICAL, WARNING) if each in found), None)


def _exception(info: Mapping[str, Any]) -> str | None:
    """Why a check could not run; Great Expectations nests the reason under the id of a metric."""
    reports = [info] if "raised_exception" in info else list(info.values())
    for report in reports:
        if report["raised_exception"]:
            return str(report["exception_message"]).strip().splitlines()[0].removeprefix("Error: ")
    return None


def _unseen(kind: str, result: Mapping[str, Any]) -> str | None:
    """What a column check did not get to see; None when it saw every value, or is no column check."""
    if "element_count" not in result:
        return None
    if result["element_count"] == 0:
        return "no rows to check"
    if kind == "expect_column_values_to_not_be_null" or not result.get("missing_count"):
        return None
    return f"{result['missing_count']} of {result['element_count']} values are missing"


def _observed(result: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """What was seen, short: the rows that offend, the members that are missing, or a number."""
    if result.get("unexpected_index_list"):
        shown = (config.get("meta") or {}).get("shows") or config["kwargs"]["column"]
        worst = sorted(result["unexpected_index_list"], key=lambda row: str(row.get(VERDICT)))
        return "; ".join(_offender(each, shown) for each in worst[:OFFENDERS])
    if result.get("partial_missing_list"):
        return f"missing: {', '.join(map(str, result['partial_missing_list']))}"
    if result.get("observed_value") is not None:
        value = result["observed_value"]
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"all {result['element_count']} fit" if "element_count" in result else "as expected"


def _offender(row: Mapping[str, Any], shown: str) -> str:
    where = " ".join(str(row[name]) for name in NAMING_COLUMNS if name in row)
    return f"{where}: {_number(row[shown])}" if where else _number(row[shown])


def _number(value: object) -> str:
    return (
        f"{value:.4g}"
        if isinstance(value, float) and value == value
        else ("none" if value is None else str(value))
    )


def threshold_of(config: Mapping[str, Any]) -> str:
    """What an expectation allows, in words."""
    kwargs = config["kwargs"]
    most = "below" if kwargs.get("strict_max") else "at most"
    limits = [
        f"{word} {kwargs[name]:g}"
        for word, name in (("at least", "min_value"), (most, "max_value"))
        if kwargs.get(name) is not None
    ]
    if limits:
        return " and ".join(limits)
    if "value_set" in kwargs:
        return ", ".join(map(str, kwargs["value_set"]))
    return "never empty" if config["type"].endswith("not_be_null") else "as described"


def _missing_table(table: str, expectation: Mapping[str, Any]) -> CheckResult:
    severity = str(expectation.get("severity", CRITICAL))
    reason = f"ops.{table} does not exist: run canon build"
    return CheckResult(expectation["description"], ERROR, reason, threshold_of(expectation), severity)


def _append(
    con: "duckdb.DuckDBPyConnection", sync_id: str | None, results: Sequence[CheckResult], now: datetime
) -> None:
    con.executemany(
        "insert into ops.health_checks by name "
        "select * from (values (?, ?, ?, ?, ?, ?, ?)) "
        "as result (sync_id, check_name, status, observed, threshold, severity, checked_at)",
        [[sync_id, r.check_name, r.status, r.observed, r.threshold, r.severity, now] for r in results],
    )


def keep_measurements(
    con: "duckdb.DuckDBPyConnection", sync_id: str | None, frames: Mapping[str, Any], now: datetime
) -> None:
    """Append every number of the measures to `ops.measurements`: what was judged can be drawn."""
    for table, frame in frames.items():
        naming = [name for name in NAMING_COLUMNS if name in frame]
        others = [name for name in naming if name not in ("source", "object")]
        numbers = frame.melt(naming, frame.select_dtypes("number").columns, "metric", "value")
        con.register("numbers", numbers.astype({"value": "float64"}))
        con.execute(
            f"""
            insert into ops.measurements by name
            select
                ? as sync_id, ? as measure, {"source" if "source" in naming else "null"} as source,
                {"object" if "object" in naming else "null"} as object,
                nullif(concat_ws(' ', {", ".join(["null", *map(quoted, others)])}), '') as part,
                metric, value, ? as measured_at
            from numbers where value is not null and not isnan(value)
            """,
            [sync_id, table, now],
        )
        con.unregister("numbers")
    con.execute(THIN_OUT, [now - DETAILED, now - DETAILED])


# How long every validation's numbers are kept; of the days before, the first one's. Every sync copies them.
DETAILED = timedelta(days=30)
THIN_OUT = """
delete from ops.measurements where measured_at < ? and measured_at not in (
    select min(measured_at) from ops.measurements where measured_at < ?
    group by date_trunc('day', measured_at)
)
"""
