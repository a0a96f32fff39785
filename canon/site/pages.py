"""Rendering the pages: one self-contained offline file each, replaced in one move."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from canon.errors import PublishFailed
from canon.settings import Settings
from canon.site.docs import make_docs
from canon.site.facts import Facts, read_facts
from canon.validate import RUNBOOKS

if TYPE_CHECKING:
    from jinja2 import Environment

PAGES = ("index", "health")


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
        texts = render(read_facts(settings.published, settings.sources), extras)
        for name, text in texts.items():
            write_page(settings.site / name, text)
    except OSError as error:
        raise PublishFailed(f"The pages in {settings.site} could not be written: {error.strerror}") from error
    return SiteReport(settings.site, (*texts, *extras))


def render(facts: Facts, extras: tuple[str, ...]) -> dict[str, str]:
    """The pages by file name. `extras` are the other files of the site, to link to."""
    environment = _environment()
    return {
        f"{name}.html": environment.get_template(f"{name}.html.j2").render(
            facts=facts, extras=extras, page=name, runbooks=RUNBOOKS
        )
        for name in PAGES
    }


def write_page(path: Path, text: str) -> None:
    """Replace a page in one move: a reader sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
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
    environment.filters.update(moment=_moment, number=_number, percent=_percent)
    return environment


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "never"


def _number(value: float | None) -> str:
    """Thousands apart by thin spaces; one decimal below ten where there is one."""
    if value is None:
        return "unknown"
    text = f"{value:,.1f}" if value < 10 and value != int(value) else f"{value:,.0f}"
    return text.replace(",", "\N{THIN SPACE}")


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} %"
