"""The handbook for readers without the repository: docs/*.md as they are, with a place for every check."""

import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from canon.alerts import anchor

# The pages of docs/ that somebody needs who looks at a red check or at a field.
HANDBOOK = ("runbooks", "operations", "policy", "settings", "product")

# Behind the name of a check that warns; no part of the name.
NOTE = re.compile(r" \(a warning\)$")


def handbook(folder: Path) -> dict[str, tuple[str, Markup]]:
    """By page name its title and its text as HTML; a page that is not there is left out."""
    present = [name for name in HANDBOOK if (folder / f"{name}.md").is_file()]
    return {name: _rendered((folder / f"{name}.md").read_text(encoding="utf-8"), present) for name in present}


def _rendered(text: str, present: list[str]) -> tuple[str, Markup]:
    """Raw HTML in the text is shown, not meant: the result is ours alone."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title = "Handbook"
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else token
        if token.type == "heading_open":
            token.attrSet("id", anchor(following.content.replace("`", "")))
            title = following.content if token.tag == "h1" else title
        if token.type == "list_item_open" and place + 2 < len(tokens):
            token.attrSet("id", anchor(NOTE.sub("", tokens[place + 2].content)))
        for child, inside in pairwise(token.children or ()):
            _relink(child, inside, present)
    tokens = [token for token in tokens if not _is_title(token, tokens)]
    body = parser.renderer.render(tokens, parser.options, {})
    wide = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return title, Markup(wide)


def _is_title(token: Token, tokens: list[Token]) -> bool:
    """The first heading stands in the page's frame."""
    return token in tokens[:3] and tokens[0].tag == "h1"


def _relink(token: Token, inside: Token, present: list[str]) -> None:
    """A link to a page of the handbook leads there; one to another file of the repository is only text."""
    if token.type != "link_open":
        return
    inside.content = inside.content.removesuffix(".md")
    target, _, place = str(token.attrGet("href") or "").partition("#")
    name = target.removesuffix(".md")
    if name in present:
        token.attrSet("href", f"{name}.html{'#' + place if place else ''}")
    elif target and not target.startswith("https://"):
        token.attrs = {}
