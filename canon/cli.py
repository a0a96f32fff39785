"""The `canon` command. Heavy imports wait until a command needs them, so that `explain` answers at once."""

import sys
import traceback
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from canon.answers import AsJson, answer
from canon.cli_review import review
from canon.errors import CanonError
from canon.output import messages, print_json, results
from canon.process import Process

app = typer.Typer(
    help="Which copy of the customer may be right: pull the systems, decide by policy, explain every cell.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(
    review,
    name="review",
    help="The steward's queue: open questions, values that could not be used, decisions on who is who.",
)


class Mode(StrEnum):
    """How much of a source a load reads."""

    delta = "delta"
    sweep = "sweep"
    backfill = "backfill"


Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Load this source only; repeat for several. Default: CANON_SOURCES."),
]
ModeOption = Annotated[
    Mode,
    typer.Option(
        "--mode",
        help="delta: what changed since the last load; sweep: compare every record's id and stamp with the "
        "log, repair and count what differs; backfill: read everything again.",
    ),
]
FullRefresh = Annotated[
    bool,
    typer.Option(
        "--full-refresh", help="Rebuild staging to marts from the log. Journals and snapshots stay."
    ),
]


@app.command()
def sync(
    source: Sources = None,
    mode: ModeOption = Mode.delta,
    full_refresh: FullRefresh = False,
    as_json: AsJson = False,
) -> None:
    """Load, build, validate and publish, under one lock. Exit code 3: synced, but a critical check is red."""
    from canon.checker import checker

    with checker() as check:
        from canon.report import print_sync
        from canon.settings import Settings
        from canon.sync import sync as run

        started = partial(run, sources=source or (), mode=mode.value, full_refresh=full_refresh, check=check)
        report = answer(as_json, lambda: started(Settings.load()))
    print_json(report.as_json()) if as_json else print_sync(results, report)
    raise typer.Exit(report.exit_code)


@app.command()
def load(source: Sources = None, mode: ModeOption = Mode.delta) -> None:
    """Pull the sources into the raw log. The first step of a sync."""
    from canon.report import print_load
    from canon.settings import Settings
    from canon.steps import load_only

    print_load(results, load_only(Settings.load(), source or (), mode.value))


class Policy(StrEnum):
    """Which policy a past state is built by."""

    then = "then"
    now = "now"


@app.command()
def build(
    full_refresh: FullRefresh = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="Build what was believed at this ISO 8601 time (UTC) into a schema of its own.",
        ),
    ] = None,
    policy: Annotated[
        Policy | None,
        typer.Option(
            "--policy", help="With --as-of: under that day's policy (then, the default), or today's."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build staging to marts with dbt, the second step of a sync. `dbt build` does it with every test."""
    from canon.replay import refuse_mixed
    from canon.settings import Settings
    from canon.steps import build_only

    answer(as_json, lambda: refuse_mixed(as_of, policy, full_refresh=full_refresh))
    if as_of is not None:
        _replay(as_of, policy or Policy.then, as_json)
        return
    report = answer(as_json, lambda: build_only(Settings.load(), full_refresh=full_refresh))
    if as_json:
        print_json({"status": "succeeded", "exit_code": 0, **asdict(report)})
        return
    results.print(f"Built: {report.words}.", soft_wrap=True)


def _replay(as_of: str, policy: Policy, as_json: bool) -> None:
    from canon.explain import parse_as_of
    from canon.replay import replay
    from canon.settings import Settings

    done = answer(as_json, lambda: replay(Settings.load(), parse_as_of(as_of), policy.value))
    if as_json:
        print_json(done.as_json())
        return
    results.print(
        f"Built {done.schema}: {done.tables} tables as they were believed at "
        f"{done.believed_at:%Y-%m-%d %H:%M:%S}, under policy {done.policy_version}.\n"
        f"canon diff {done.schema} says what has changed since.",
        soft_wrap=True,
    )


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A state that canon build --as-of has built, or marts.")],
    after: Annotated[str, typer.Argument(help="Another one; marts is today's.")] = "marts",
    as_json: AsJson = False,
) -> None:
    """Compare two states of the canonical tables, by field: two days, or one day under two policies."""
    from canon.diff import diff as run
    from canon.plan_page import print_difference
    from canon.settings import Settings

    found = answer(as_json, lambda: run(Settings.load(), before, after))
    print_json(found.as_json()) if as_json else print_difference(results, found, before, after)


@app.command()
def validate() -> None:
    """Check what was built. The third step of a sync. Exit code 3: a critical check is red."""
    from canon.report import print_checks
    from canon.settings import Settings
    from canon.steps import validate_only
    from canon.sync import HEALTH_RED

    checks = validate_only(Settings.load())
    print_checks(results, checks)
    raise typer.Exit(HEALTH_RED if any(each.is_red for each in checks) else 0)


@app.command()
def publish(
    accept: Annotated[
        str | None,
        typer.Option(
            "--accept", metavar="REASON", help="Publish although records are missing, and keep why."
        ),
    ] = None,
) -> None:
    """Replace the read-only copy and the pages, the last step of a sync. Exit code 3: held back."""
    from canon.hold import stated
    from canon.report import print_published
    from canon.settings import Settings
    from canon.steps import publish_only
    from canon.sync import HEALTH_RED

    reason = stated(accept) if accept is not None else None
    copy, site = publish_only(Settings.load(), reason)
    print_published(results, copy, site)
    raise typer.Exit(HEALTH_RED if copy.held else 0)


@app.command("open")
def open_pages() -> None:
    """Print where the published pages are, and open them in a browser where there is a screen."""
    from canon.open_pages import open_pages as run
    from canon.settings import Settings

    results.print(str(run(Settings.load())), soft_wrap=True)


@app.command()
def demo() -> None:
    """Start the sandbox, sync, change records at the source, sync again, and tell what changed and why."""
    from canon.demo import demo as run
    from canon.settings import Settings

    report = run(Settings.load(), results)
    raise typer.Exit(report.exit_code)


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65534, help="Control plane on the next; 0: any free.")
    ] = 8765,
) -> None:
    """Serve the emulated Salesforce and HubSpot APIs on loopback, until interrupted."""
    from canon.sandbox_command import serve
    from canon.settings import Settings

    serve(port, Settings.load().root / "data")


@app.command()
def explain(
    customer: Annotated[
        str,
        typer.Argument(
            help="A customer_id, an e-mail address, or system:record_id; company: or deal: before an id, a "
            "domain or a record of theirs."
        ),
    ],
    field: Annotated[str | None, typer.Argument(help="One canonical field; without it, all of them.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="What was believed at this ISO 8601 time (UTC); a date means its end."),
    ] = None,
    versus: Annotated[
        str | None,
        typer.Option("--versus", metavar="OTHER", help="Why the two are one customer, or why they are not."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each system holds of a person, company or deal, which rule decided, and how it was."""
    from canon.explain import explain as run
    from canon.explain import parse_as_of
    from canon.settings import Settings

    if versus is not None:
        _explain_versus(customer, versus, field, as_of, as_json)
        return
    found = answer(
        as_json,
        lambda: run(Settings.load().published, customer, field, parse_as_of(as_of) if as_of else None),
    )
    if as_json:
        print_json(found.as_json())
        return
    from canon.explain_page import page

    results.print(page(found, results.width))


def _explain_versus(one: str, other: str, field: str | None, as_of: str | None, as_json: bool) -> None:
    from canon.settings import Settings
    from canon.versus import Versus, explain_versus, refuse_more
    from canon.versus_page import page

    def compared() -> Versus:
        refuse_more(field, as_of)
        return explain_versus(Settings.load().published, one, other)

    found = answer(as_json, compared)
    print_json(found.as_json()) if as_json else results.print(page(found))


@app.command()
def plan(
    matrix: Annotated[
        Path,
        typer.Option(
            "--matrix", metavar="FILE", help="YAML with the keys of the policy block of dbt_project.yml."
        ),
    ],
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, help="Exit code 3 where more cells than this would change."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a changed ownership matrix would change, before it is adopted. Changes nothing."""
    from canon.plan import plan as run
    from canon.plan_page import print_plan
    from canon.settings import Settings

    found = answer(as_json, lambda: run(Settings.load(), matrix, limit))
    print_json(found.as_json()) if as_json else print_plan(results, found)
    raise typer.Exit(found.exit_code)


@app.command()
def doctor(
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="PROFILE",
            help="Compare the fields with the environment whose settings are in .dlt/PROFILE.secrets.toml.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check settings, credentials, permissions and the warehouse, and say what to do; changes nothing."""
    from canon.compare import compare
    from canon.doctor import doctor as run
    from canon.doctor_page import print_comparison, print_diagnosis
    from canon.quiet import no_telemetry
    from canon.settings import Settings

    no_telemetry()
    if against is not None:
        profile = against
        found = answer(as_json, lambda: compare(Settings.load(), profile))
        print_json(found.as_json()) if as_json else print_comparison(results, found)
        return
    diagnosis = answer(as_json, lambda: run(Path.cwd()))
    print_json(diagnosis.as_json()) if as_json else print_diagnosis(results, diagnosis)
    raise typer.Exit(diagnosis.exit_code)


@app.command()
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Thin out versions of records that were superseded longer ago than the policy's retention keeps them."""
    from canon.report import print_pruned
    from canon.retention import prune as run
    from canon.settings import Settings

    done = answer(as_json, lambda: run(Settings.load(), dry_run=dry_run))
    print_json(done.as_json()) if as_json else print_pruned(results, done)


@app.command()
def compact(as_json: AsJson = False) -> None:
    """Write the warehouse anew without the free space inside it. canon doctor says when that is worth it."""
    from canon.settings import Settings
    from canon.storage import compact as run
    from canon.storage import in_words

    done = answer(as_json, lambda: run(Settings.load()))
    if as_json:
        print_json(done.as_json())
        return
    results.print(f"{done.path}: {in_words(done.size_before)} before, {in_words(done.size_after)} now.")


@app.command()
def forget(
    customer: Annotated[str, typer.Argument(help="A customer_id, an e-mail address, or system:record_id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person from the log, the tables, their history, all files and pages. Cannot be undone."""
    from canon.forget_page import forget_asked, print_forgotten
    from canon.settings import Settings

    report = answer(as_json, lambda: forget_asked(Settings.load(), customer, yes=yes, as_json=as_json))
    print_json(report.as_json()) if as_json else print_forgotten(results, report)


def main() -> NoReturn:
    """Run the command and end with the exit code that its outcome stands for."""
    process = Process()
    try:
        app()
    except SystemExit as done:
        process.code = done.code
        raise
    except CanonError as problem:
        messages.print(str(problem), style="red", markup=False)
        sys.exit(problem.exit_code)
    except Exception as problem:  # the last resort: say where, and keep values of records off the screen
        messages.print(_unexpected(problem), style="red", markup=False)
        sys.exit(1)
    sys.exit(0)


def _unexpected(problem: Exception) -> str:
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return (
        f"canon failed unexpectedly: {type(problem).__name__} in {frame.name}, "
        f"{Path(frame.filename).name} line {frame.lineno}. Nothing is lost; it is safe to run again. "
        "The error's text is not shown, for it may repeat a customer's data."
    )
