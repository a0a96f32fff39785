"""Rendering the pages: one self-contained offline file each, replaced in one move."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from canon.alerts import anchor
from canon.errors import PublishFailed
from canon.settings import Settings
from canon.site.charts import bars, line, strip
from canon.site.docs import make_docs, trace
from canon.site.facts import Facts, read_facts
from canon.site.handbook import handbook
from canon.site.trends import most_moved, moving
from canon.validate import read_suites

if TYPE_CHECKING:
    from jinja2 import Environment

# Drawn in this order: the index, which ties them together, is replaced last.
PAGES = ("health", "checks", "changes", "ownership", "dictionary", "index")


@dataclass(frozen=True)
class SiteReport:
    """Where the pages are, and which optional ones exist."""

    folder: Path
    pages: tuple[str, ...]


def publish_site(settings: Settings) -> SiteReport:
    """Draw the pages from the published copy; remake the docs when the models changed.

    Raises:
        PublishFailed: The folder could not be written.
    """
    try:
        settings.site.mkdir(parents=True, exist_ok=True)
        extras = make_docs(settings)
        suites = read_suites(settings.root / "expectations", settings.sources)
        facts = read_facts(settings.published, settings.sources, suites)
        texts = render(facts, extras, handbook(settings.root / "docs"))
        _replace_all(settings.site, texts)
    except OSError as error:
        raise PublishFailed(f"The pages in {settings.site} could not be written: {error.strerror}") from error
    return SiteReport(settings.site, (*texts, *extras))


def render(
    facts: Facts, extras: tuple[str, ...], texts: Mapping[str, tuple[str, Markup]] | None = None
) -> dict[str, str]:
    """The pages by file name, the index last.

    Args:
        facts: What they show.
        extras: The other files of the site, to link to.
        texts: The handbook: by page its title and text.
    """
    environment = _environment()
    pages = texts or {}
    shared = {"facts": facts, "extras": extras, "handbook": pages, "anchor": anchor}
    drawn = {
        f"{name}.html": environment.get_template("text.html.j2").render(
            **shared, page=name, heading=title, text=text
        )
        for name, (title, text) in pages.items()
    }
    for name in PAGES:
        drawn[f"{name}.html"] = environment.get_template(f"{name}.html.j2").render(**shared, page=name)
    return drawn


def _replace_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace the pages when all are on disk, each in one move: they tell of one and the same sync."""
    drafts = {name: folder / f".{name}.tmp" for name in texts}
    try:
        for name, draft in drafts.items():
            draft.write_text(texts[name], encoding="utf-8")
        for name, draft in drafts.items():
            draft.replace(folder / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("canon.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(moment=_moment, number=_number, percent=_percent, words=_words)
    environment.globals.update(
        trace=trace, line=line, bars=bars, strip=strip, most_moved=most_moved, moving=moving
    )
    return environment


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "never"


def _number(value: float | None) -> str:
    """Thousands apart by thin spaces; one decimal below ten where there is one, more where that is none."""
    if value is None:
        return "unknown"
    if 0 < abs(value) < 0.1:
        return f"{value:.1g}" if abs(value) >= 0.0001 else "almost 0"
    text = f"{value:,.1f}" if value < 10 and value != int(value) else f"{value:,.0f}"
    return text.replace(",", "\N{THIN SPACE}")


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} %"


def _words(name: str | None) -> str:
    """A name of a table or column as a person would write it."""
    return re.sub(r"\b[Aa]pi\b", "API", (name or "").replace("_", " "))
