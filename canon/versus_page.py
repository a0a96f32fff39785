"""A comparison of two customers as a page for the terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from canon.links import Link
from canon.shared import Shared
from canon.sides import Side
from canon.versus import Question, Versus, Word

# Characters of a hash or an id that tell it from others at a glance; --as-json has them all.
SHORT = 8

# Rows of one kind that a page shows; --as-json has them all.
SHOWN = 20

SAYS = {"must_link": "one customer", "cannot_link": "kept apart"}


def page(found: Versus) -> Group:
    """Who they are, what links them or why nothing does, and what stewards said and are asked."""
    parts: list[RenderableType] = [_heading(found)]
    if found.is_one:
        parts.append(_path(found))
    else:
        parts += [_side("One", found.one, found), _side("The other", found.other, found)]
    if found.links:
        title = "Links between them that do not count" if found.is_one else "Why no link between them counts"
        parts.append(_list(title, [_link(each) for each in found.links]))
    if found.shared:
        parts.append(_list("What both have and what links nobody", [_shared(each) for each in found.shared]))
    if not (found.is_one or found.links or found.shared or found.questions):
        parts.append(_nothing())
    if found.decisions:
        parts.append(_list("What stewards decided", [_word(each) for each in found.decisions]))
    if found.questions:
        parts.append(_list("Open questions", [_question(each) for each in found.questions]))
    return Group(*parts)


def _heading(found: Versus) -> Text:
    if found.is_one:
        return Text(f"One customer: {found.one.customer_id}\n", style="bold")
    return Text(f"Two customers: {found.one.customer_id} and {found.other.customer_id}\n", style="bold")


def _side(title: str, side: Side, found: Versus) -> Text:
    return _list(f"{title}, {side.customer_id}", [_record(each.record.key, found) for each in side.records])


def _record(key: str, found: Versus) -> Text:
    text = Text(key, style="not bold")
    return text.append("   deleted", style="red") if key in found.deleted else text


def _path(found: Versus) -> Text:
    """The chain from record to record, each link between its two."""
    if not found.path:
        same = found.one.ids == found.other.ids
        title = "Both mean the same records" if same else "No chain of accepted links is on record"
        return _list(title, [_record(each.record.key, found) for each in found.one.records])
    text = Text("What makes them one\n", style="bold")
    text.append("  ").append_text(_record(found.path[0].ends[0].key, found)).append("\n")
    for link in found.path:
        text.append(f"    │ {link.match_rule}", style="not bold green")
        text.append(f"   {_strength(link.tier, link.match_key)}   {link.status}\n", style="not bold dim")
        text.append("  ").append_text(_record(link.ends[1].key, found)).append("\n")
    return text


def _strength(tier: int, key: str | None) -> str:
    return f"tier {tier}" + (f"   key {key[:SHORT]}" if key else "")


def _pair(one: str, other: str) -> str:
    return f"{one}\n  {other}\n"


def _link(link: Link) -> Text:
    text = Text(_pair(*(end.key for end in link.ends)), style="not bold")
    text.append(f"    {link.status}", style="yellow").append(f": {link.reason or 'no reason is on record'}")
    return text.append(f"   {link.match_rule}, {_strength(link.tier, link.match_key)}", style="dim")


def _shared(shared: Shared) -> Text:
    text = Text(_pair(shared.record, shared.other_record), style="not bold")
    text.append(f"    {shared.status or 'not linked'}", style="yellow").append(f": {shared.reason}")
    key = f", key {shared.match_key[:SHORT]}" if shared.match_key else ""
    return text.append(f"   the same {shared.match_rule.replace('_', ' ')}{key}", style="dim")


def _word(word: Word) -> Text:
    text = Text(_pair(word.left_key, word.right_key), style="not bold")
    said = f"    {SAYS.get(word.kind, word.kind)}"
    text.append(said, style="green" if word.kind == "must_link" else "yellow")
    return text.append(f", says {word.actor} on {word.decided_at:%Y-%m-%d %H:%M} UTC: {word.reason}")


def _question(question: Question) -> Text:
    short = question.item_id[:SHORT]
    text = Text(f"{short}   {question.candidates.partition(': ')[2]}\n", style="not bold")
    return text.append(f"    canon review accept {short}, or canon review reject {short}", style="dim")


def _nothing() -> Text:
    return Text(
        "No link between them is on record: they have no CRM link, e-mail address, external id or name at a "
        "company in common on which one could be made. If they are one all the same: canon review link.\n"
    )


def _list(title: str, entries: Sequence[Text]) -> Text:
    text = Text(f"{title}\n", style="bold")
    for each in entries[:SHOWN]:
        text.append("  ").append_text(each).append("\n")
    if len(entries) > SHOWN:
        text.append(f"  and {len(entries) - SHOWN} more; --as-json has them all\n", style="not bold dim")
    return text
