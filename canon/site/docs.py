"""The docs of every column: dbt's own page, and the lineage page where its maker is installed."""

import hashlib
import logging
import shutil
from importlib.util import find_spec
from pathlib import Path

from canon.build import run_dbt
from canon.output import stdout_to_stderr, step
from canon.quiet import NO_TELEMETRY, environment
from canon.settings import Settings
from canon.state import fingerprint

DOCS, LINEAGE = "dbt_docs.html", "lineage.html"

# Says what the pages were made of, so that they are remade when, and only when, that changed.
MARK = ".docs_made_of"


# The page of column lineage opens on a column that its address names.
TABLES = {"customer": "customers", "company": "companies", "deal": "deals"}


def trace(entity: str, field: str) -> str:
    """The address of a canonical field's column-level trace."""
    table = f"model.canon.{TABLES[entity]}"
    return f"{LINEAGE}?model={table}&column={field}&parents=3&hideSidebars=true"


def make_docs(settings: Settings) -> tuple[str, ...]:
    """Make the docs where they are missing or out of date. Returns the names of the pages that exist.

    Raises:
        BuildFailed: dbt could not make its docs.
    """
    site = settings.site
    wanted = (DOCS, LINEAGE) if find_spec("dbt_colibri") else (DOCS,)
    mark = hashlib.sha256(f"{fingerprint(settings)} {wanted}".encode()).hexdigest()
    current = (site / MARK).is_file() and (site / MARK).read_text(encoding="ascii") == mark
    if not current or not all((site / name).is_file() for name in wanted):
        _make(settings, wanted)
        (site / MARK).write_text(mark, encoding="ascii")
    return wanted


# In dbt's page the browser asks for icons before their addresses are filled in, and for a favicon that was
# never packed: failed requests, from a page that is meant to work offline.
MENDED = {
    '<use xlink:href="{{ getIcon(': '<use ng-href="{{ getIcon(',
    "${require('./assets/favicons/favicon.ico')}": "data:,",
}


def _make(settings: Settings, wanted: tuple[str, ...]) -> None:
    with step("Writing the docs of every column"):
        run_dbt(settings, ["docs", "generate", "--static"], {})
        _replace(_mended(settings.target / "static_index.html"), settings.site / DOCS)
        if LINEAGE in wanted:
            _make_lineage(settings)


def _make_lineage(settings: Settings) -> None:
    """Column lineage by dbt-colibri; its command looks for updates on the network, its classes do not."""
    from dbt_colibri.lineage_extractor.extractor import (
        DbtColumnLineageExtractor,
    )
    from dbt_colibri.report.generator import (
        DbtColibriReportGenerator,
    )

    # It warns of every table that no model makes: those of dbt's hooks are not its business.
    logging.getLogger("colibri").setLevel(logging.ERROR)
    folder = settings.target / "lineage"
    manifest, catalog = (str(settings.target / name) for name in ("manifest.json", "catalog.json"))
    with stdout_to_stderr(), environment(NO_TELEMETRY):
        extractor = DbtColumnLineageExtractor(manifest, catalog)
        DbtColibriReportGenerator(extractor, disable_telemetry=True).generate_report(output_dir=str(folder))
    _replace(folder / "index.html", settings.site / LINEAGE)


def _mended(page: Path) -> Path:
    """The page of dbt without the requests that fail."""
    text = page.read_text(encoding="utf-8")
    for wrong, right in MENDED.items():
        text = text.replace(wrong, right)
    page.write_text(text, encoding="utf-8")
    return page


def _replace(made: Path, place: Path) -> None:
    """Put a finished file in place in one move."""
    draft = place.with_name(f".{place.name}.tmp")
    shutil.copyfile(made, draft)
    draft.replace(place)
