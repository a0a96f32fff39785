"""The canonical form of what a steward says, as the build makes it of any text: by its own SQL."""

import duckdb

from canon.cells import Cell
from canon.errors import UsageError
from canon.functions import add_functions
from canon.macros import typed_sql
from canon.settings import Settings
from canon.warehouse import connect, first

KINDS = {"email": "e-mail address", "phone": "phone number"}

# A steward says the canonical name of a choice; case does not count.
CHOICES = """
select max(canonical_value) filter (where lower(canonical_value) = lower($text)),
    string_agg(distinct canonical_value, ', ' order by canonical_value)
from intermediate.int_choices_named where canonical_field = $field
"""


def canonical_text(settings: Settings, cell: Cell, value: str | None) -> str | None:
    """The value as it will stand, as text; None is a blank.

    Raises:
        UsageError: The build could make no value of it, or it would opt somebody in.
    """
    if value is not None and not value.strip():
        raise UsageError("The value is blank: say --blank for a value that is to be blank.")
    text = None if value is None else _typed(settings, cell, value)
    if cell.policy["rule"].startswith("consent_") and text != "true":
        raise UsageError(
            f"{cell.name} is consent: a steward may write true, and nothing else. Only the person opts in."
        )
    if value is not None and text is None:
        what = KINDS.get(cell.line.get("normalize", ""), cell.line["type"])
        raise UsageError(f"{cell.name} takes no such value: that is no valid {what}.")
    if text is not None and cell.line.get("normalize") == "picklist":
        return _choice(settings, cell, text)
    return text


def _typed(settings: Settings, cell: Cell, value: str) -> str | None:
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        add_functions(con, settings)
        found = first(
            con,
            f"select cast({typed_sql(settings.root, 'given.text', cell.line)} as varchar) "
            "from (select cast($value as varchar) as text) as given",
            {"value": value},
        )
    return found[0] if found else None


def _choice(settings: Settings, cell: Cell, text: str) -> str:
    """The canonical name of a choice. One that is not known stands as it is, where the line lets it."""
    with connect(settings.warehouse, read_only=True) as con:
        asked = {"text": text, "field": f"{cell.entity}.{cell.field}"}
        known, names = first(con, CHOICES, asked) or (None, None)
    if known is None and cell.policy.get("validate", "flag") != "flag":
        raise UsageError(
            f"{cell.name} takes no such value: that is no choice of seeds/picklists.csv. "
            f"Choices are {names or 'none yet'}."
        )
    return str(known or text)
