"""`canon open`: the published pages, in a browser where somebody can look at one."""

import os
import sys
import webbrowser
from pathlib import Path

from canon.errors import NothingPublished
from canon.settings import Settings


def open_pages(settings: Settings) -> Path:
    """The index of the pages; opened in a browser at a terminal with a screen.

    Raises:
        NothingPublished: There are none yet.
    """
    index = settings.site / "index.html"
    if not index.is_file():
        raise NothingPublished(f"There are no pages in {settings.site} yet. Run canon sync first.")
    if sys.stdout.isatty() and _has_screen():
        webbrowser.open(index.as_uri())
    return index


def _has_screen() -> bool:
    """A desktop of Linux says so in the environment; elsewhere a terminal is one, unless it is remote."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in os.environ
