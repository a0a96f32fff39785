"""An explanation as a page for the terminal."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from canon.explained import Explanation, FieldExplanation, Version

# How many past changes a page of all fields shows, newest first; one field shows all of its own.
RECENT = 12

# Characters that all columns need side by side.
WIDE = 110

# What people call it by.
NAMES = {"customer": ("first_name", "last_name"), "company": ("name",), "deal": ("name",)}

# Candidates that won or agree: a page of all fields leaves them out, and blanks with them.
AGREEING = (None, "same_value")


def page(found: Explanation, width: int) -> Group:
    """The whole customer, company or deal, or all there is about one field when the explanation holds one.

    Below `WIDE` columns the tables leave out what matters least, rather than fold every cell.
    """
    wide = width >= WIDE
    parts: list[RenderableType] = [_heading(found), _links(found)]
    if len(found.fields) == 1:
        parts += _one_field(found.fields[0], found.versions, wide=wide)
    else:
        parts += [_fields(found, wide=wide), _recent(found.fields, wide=wide)]
    return Group(*parts)


def _heading(found: Explanation) -> Text:
    values = {each.field: each.value for each in found.fields}
    name = " ".join(values.get(part) or "" for part in NAMES[found.entity]).strip()
    text = Text()
    if name:
        text.append(f"{name}\n", style="bold")
    text.append(f"{found.entity} {found.entity_id}", style="bold" if not name else "")
    text.append(f"   policy {(found.policy_version or 'unknown')[:12]}", style="dim")
    if found.as_of:
        text.append(f"\nas believed at {_moment(found.as_of)} UTC", style="yellow")
    text.append("\n")
    return text


def _table(title: str, *columns: str) -> Table:
    """A table without lines; only values fold, everything else keeps its words whole."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in columns:
        folds = column in ("value", "from", "to")
        table.add_column(column, header_style="dim", overflow="fold", no_wrap=not folds)
    return table


def _links(found: Explanation) -> Table:
    noun = "person" if found.entity == "customer" else found.entity
    table = _table(f"Records of this {noun}", "system", "object", "record", "linked by", "")
    for link in found.links:
        gone = Text("deleted", style="red") if link.is_deleted else ""
        ties = found.ties.get((link.source, link.object, link.source_record_id), ())
        by = "\n".join(ties) or link.match_rule or ""
        table.add_row(link.source, link.object, link.source_record_id, by, gone)
    return table


def _fields(found: Explanation, *, wide: bool) -> Table:
    table = _table("\nWhat is right", "field", "value", "system", "rule", *(["changed"] if wide else []))
    for each in found.fields:
        changed = [_moment(each.changed_at)] if wide else []
        table.add_row(each.field, _value(each.value), each.source or "", each.rule or "", *changed)
        for other in each.candidates:
            if other.value is not None and other.eliminated_by not in AGREEING:
                reason = Text(str(other.eliminated_by).replace("_", " "), style="yellow")
                table.add_row("", Text(f"  not {other.value}", style="yellow"), other.source, reason)
    return table


def _recent(fields: Sequence[FieldExplanation], *, wide: bool) -> Table:
    changes = [(change, each.field) for each in fields for change in each.history]
    changes.sort(key=lambda pair: pair[0].changed_at, reverse=True)
    table = _table("\nLast changes", "when", "field", "from", "to", "cause", *(["system"] if wide else []))
    for change, name in changes[:RECENT]:
        systems = " → ".join(dict.fromkeys(each for each in (change.old_source, change.new_source) if each))
        values = (_value(change.old_value), _value(change.new_value))
        table.add_row(_moment(change.changed_at), name, *values, change.cause, *([systems] if wide else []))
    if not changes:
        table.add_row("none on record")
    return table


def _one_field(each: FieldExplanation, versions: Sequence[Version], *, wide: bool) -> list[RenderableType]:
    verdict = Text(f"\n{each.field}: ", style="bold")
    verdict.append_text(_value(each.value))
    if each.source:
        verdict.append(f"   from {each.source}", style="green")
    if each.rule:
        verdict.append(f"   by the rule {each.rule}")
    verdict.append("\n")
    parts: list[RenderableType] = [verdict]
    if each.candidates:
        parts.append(_candidates(each, wide=wide))
    if each.flips_if:
        parts.append(_flips(each))
    parts.append(_recent([each], wide=wide))
    return [*parts, _timeline(versions, wide=wide)] if versions else parts


def _candidates(each: FieldExplanation, *, wide: bool) -> Table:
    extra = ["object", "clock"] if wide else []
    table = _table("Who says what", "", "system", "record", "value", "changed", "verdict", *extra)
    for other in each.candidates:
        won = other.eliminated_by is None
        table.add_row(
            Text("✓", style="green") if won else "",
            other.source,
            other.source_record_id,
            _value(other.value),
            _moment(other.changed_at),
            Text("won", style="green") if won else (other.eliminated_by or "").replace("_", " "),
            *([other.object, other.clock or ""] if wide else []),
        )
    return table


def _flips(each: FieldExplanation) -> Text:
    text = Text("\nAnother value would win\n", style="bold")
    for reason in each.flips_if:
        text.append(f"  {reason}\n", style="not bold")
    return text


def _timeline(versions: Sequence[Version], *, wide: bool) -> Table:
    """Every version, newest first: what the source said, since when, and the load that read it."""
    extra = ["clock", "read"] if wide else []
    table = _table("\nWhat the records said", "seen", "system", "record", "from", "to", "changed", *extra)
    for each in reversed(versions):
        read = " ".join(part for part in (each.mode, each.transport) if part)
        table.add_row(
            _moment(each.seen_at),
            each.source,
            each.source_record_id,
            Text("(first seen)", style="dim") if each.is_first else _value(each.old_value),
            _value(each.new_value),
            _moment(each.said_at),
            *([each.clock or "", read] if wide else []),
        )
    return table


def _value(value: str | None) -> Text:
    return Text("(blank)", style="dim") if value is None else Text(value)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
