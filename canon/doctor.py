"""`canon doctor`: is everything set, does every source let us in and show what the policy maps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canon.doctor_data import data_findings
from canon.doctor_settings import HIDDEN, Stated, console_settings, source_settings
from canon.errors import BudgetReached, CanonError, ConfigurationError
from canon.findings import FAILED, OK, WARNING, Finding
from canon.settings import Settings
from pipelines.policy import POLICY, mapped_fields

if TYPE_CHECKING:
    from pipelines.extract import Reader
    from pipelines.fields import Field

Described = dict[str, "Sequence[Field] | CanonError"]


@dataclass(frozen=True)
class Diagnosis:
    """What was set and what was found."""

    settings: tuple[Stated, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0; 2 when a setting or a credential is wrong; 1 when something else failed."""
        codes = {each.exit_code for each in self.findings if each.status == FAILED}
        return ConfigurationError.exit_code if ConfigurationError.exit_code in codes else int(bool(codes))

    def as_json(self) -> dict[str, Any]:
        """The diagnosis as one JSON object."""
        status = "failed" if self.exit_code else "ok"
        return {"status": status, "exit_code": self.exit_code, **asdict(self)}


def doctor(root: Path) -> Diagnosis:
    """Look at everything that a sync needs; changes nothing.

    Raises:
        ConfigurationError: There is no project in this folder.
    """
    stated = console_settings(root)
    try:
        settings = Settings.load(root)
    except ConfigurationError as problem:
        return Diagnosis(tuple(stated), (_failed("settings", "canon", problem),))
    findings: list[Finding] = []
    policy = mapped_fields(root / POLICY)
    for source in dict.fromkeys((*settings.sources, *_with_secrets())):
        stated += source_settings(source)
        findings += check_source(source, policy.get(source, {}))
    return Diagnosis(tuple(stated), (*findings, *data_findings(settings)))


def _with_secrets() -> Iterator[str]:
    """Sources that CANON_SOURCES need not name: with a secret they are there to be loaded by --source."""
    from pipelines import SOURCES

    for source in SOURCES:
        if any(each.value == HIDDEN for each in source_settings(source)):
            yield source


def check_source(source: str, mapped: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Log in, describe every object, and compare what it shows with what the policy maps."""
    import pipelines

    if source not in pipelines.SOURCES:
        known = ", ".join(pipelines.SOURCES)
        problem = ConfigurationError(f"CANON_SOURCES names {source}; the sources are {known}.")
        yield _failed("credentials", source, problem)
        return
    try:
        reader: Reader = import_module(f"pipelines.{source}").connect()
    except CanonError as problem:
        yield _failed("credentials", source, problem)
        return
    described = _described(source, reader)
    problems = [each for each in described.values() if isinstance(each, CanonError)]
    if len(problems) == len(described):
        yield _failed("credentials", source, problems[0])
        return
    yield Finding("credentials", source, OK, "lets us in")
    for name, fields in described.items():
        yield _of_object(source, name, fields, mapped.get(name, set()))
    yield from of_limits(source, reader)


def _described(source: str, reader: "Reader") -> Described:
    """What the source answers for each object; a source that does not answer is not asked again."""
    found: Described = {}
    for spec in import_module(f"pipelines.{source}.objects").OBJECTS:
        if spec.kind != "records":
            continue
        try:
            found[spec.name] = reader.fields(spec)
        except CanonError as problem:
            found[spec.name] = problem
            if len(found) == 1:
                break
    return found


def _of_object(source: str, name: str, fields: "Sequence[Field] | CanonError", mapped: set[str]) -> Finding:
    where = f"{source} {name}"
    if isinstance(fields, CanonError):
        return _failed("permissions", where, fields)
    if not fields:
        said = "is not shown, or not there, so loads leave it out and its last known values stay"
        advice = "Let the user that Canon reads with see it; a load asks for it each time."
        return Finding("permissions", where, FAILED, said, advice, ConfigurationError.exit_code)
    shown = {field.name.lower() for field in fields}
    hidden = sorted(field for field in mapped if field.lower() not in shown)
    if not hidden:
        also = f", all {len(mapped)} that the policy maps among them" if mapped else ""
        return Finding("permissions", where, OK, f"shows {len(fields)} fields{also}")
    return Finding(
        "permissions",
        where,
        WARNING,
        f"does not show {', '.join(hidden)}, which the policy maps",
        "Let the user that Canon reads with see it, or take its line out of field_map in dbt_project.yml. "
        "Until then the last known value stays.",
    )


def of_limits(source: str, reader: "Reader") -> Iterator[Finding]:
    """How much of the daily allowance is used, where the source says."""
    from pipelines.http import RESERVE

    used, limit = reader.usage.used, reader.usage.limit
    if used is None or not limit:
        return
    said = f"{used} of {limit} calls of the day are used"
    if used >= (1 - RESERVE) * limit:
        advice = "A load stops before it begins; wait, or find out what else uses them."
        yield Finding("limits", source, WARNING, said, advice)
    else:
        yield Finding("limits", source, OK, said)


def _failed(area: str, name: str, problem: CanonError) -> Finding:
    """A failure of ours as a finding; its message says what to do. A spent allowance comes back by itself."""
    if isinstance(problem, BudgetReached):
        return Finding("limits", name, WARNING, str(problem))
    return Finding(area, name, FAILED, str(problem), exit_code=problem.exit_code)
