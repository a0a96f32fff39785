"""What makes two records of people alike: the comparisons of a Fellegi-Sunter model, as plain data.

Nothing here needs Splink; `canon.likely` learns the weights. The hash of the data names the model, so that a
suggestion says by which one it was made.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import product
from typing import Any

# What is known of a record beside its key and its customer; `first_forms` is a list, the others are text.
COLUMNS = (
    "first_name",
    "first_forms",
    "last_name",
    "email",
    "phone",
    "street",
    "city",
    "postal_code",
    "external_id",
    "company_domain",
    "company_name",
    "job_title",
)


@dataclass(frozen=True)
class Level:
    """One grade of agreement: `says` is told to the steward, `condition` is SQL on columns `_l` and `_r`.

    `frequent` is a column whose frequent values count less.
    """

    says: str
    condition: str
    frequent: str | None = None

    def settings(self) -> dict[str, Any]:
        """The level as Splink takes it."""
        adjusted = {"tf_adjustment_column": self.frequent} if self.frequent else {}
        return {"sql_condition": self.condition, "label_for_charts": self.says, **adjusted}


@dataclass(frozen=True)
class Comparison:
    """What is compared, from full agreement down; what remains is `other`, unless all `columns` are blank."""

    name: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]
    other: str | None = None

    def settings(self) -> dict[str, Any]:
        """The comparison as Splink takes it."""
        blank = " and ".join(f"({name}_l is null or {name}_r is null)" for name in self.columns)
        levels = [
            {"sql_condition": blank, "is_null_level": True, "label_for_charts": "blank"},
            *(level.settings() for level in self.levels),
            {"sql_condition": "ELSE", "label_for_charts": "other"},
        ]
        return {"output_column_name": self.name, "comparison_levels": levels}

    def says(self, grade: int) -> str | None:
        """What a grade of Splink's means: 0 is other, -1 is blank, the highest is full agreement."""
        return self.levels[len(self.levels) - grade].says if grade > 0 else self.other if grade == 0 else None


def _same(column: str, what: str) -> Level:
    return Level(f"same {what}", f"{column}_l = {column}_r", frequent=column)


def _alike(column: str, what: str, least: float) -> Level:
    return Level(f"similar {what}", f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}")


def _misspelt(column: str, what: str) -> Level:
    return Level(f"similar {what}", f"damerau_levenshtein({column}_l, {column}_r) <= 1")


ALIKE = 0.88  # Jaro-Winkler similarity from which two streets may be one

SWAPPED = Level(
    "names swapped",
    "jaro_winkler_similarity(first_name_l, last_name_r) >= 0.92 "
    "and jaro_winkler_similarity(last_name_l, first_name_r) >= 0.92",
)
SHORT_FORM = Level(
    "nickname or initial",
    "list_contains(first_forms_l, split_part(first_name_r, ' ', 1)) "
    "or (length(first_name_l) = 1 and starts_with(first_name_r, first_name_l)) "
    "or (length(first_name_r) = 1 and starts_with(first_name_l, first_name_r))",
)
ASTRAY = Level("a name in the other field", "first_name_l = last_name_r or last_name_l = first_name_r")
SAME_MAILBOX = Level("same mailbox elsewhere", "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)")


def _name(column: str, what: str, *others: Level) -> Comparison:
    alike = (_alike(column, what, 0.92), _misspelt(column, what))
    nearly = Level(alike[0].says, " or ".join(each.condition for each in alike))
    levels = (_same(column, what), SWAPPED, nearly, *others, _alike(column, what, 0.8))
    return Comparison(column, (column,), levels, other=f"other {what}")


def _value(column: str, what: str, *others: Level) -> Comparison:
    return Comparison(column, (column,), (_same(column, what), *others))


COMPARISONS = (
    _name("first_name", "first name", SHORT_FORM, ASTRAY),
    _name("last_name", "last name"),
    _value("email", "e-mail address", SAME_MAILBOX, _misspelt("email", "e-mail address")),
    _value("phone", "phone", _misspelt("phone", "phone")),
    _value("street", "street", _alike("street", "street", 0.95), _alike("street", "street", ALIKE)),
    _value("postal_code", "postal code", _misspelt("postal_code", "postal code")),
    _value("city", "city", _alike("city", "city", 0.9)),
    _value("external_id", "id of the product", _misspelt("external_id", "id of the product")),
    Comparison(
        "company",
        ("company_domain", "company_name"),
        (_same("company_domain", "company"), _same("company_name", "company")),
    ),
    _value("job_title", "job title", _alike("job_title", "job title", 0.9)),
)

# Names may be swapped, so the initials are put in the order of the alphabet.
INITIALS = "left(least(first_name, last_name), 1) || left(greatest(first_name, last_name), 1)"

# Records that have one of these in common are compared: column name to SQL.
NAMES = {"first": "first_name", "last": "last_name", "initials": INITIALS}
PLACES = ("postal_code", "city", "company_domain", "company_name")
BLOCKS = {
    "block_email": "email",
    "block_mailbox": "split_part(email, '@', 1)",
    "block_phone": "phone",
    "block_external_id": "external_id",
    "block_street": "street",
    "block_name": "least(first_name, last_name) || ' ' || greatest(first_name, last_name)",
    "block_initial": "left(first_name, 1) || ' ' || last_name",
    **{
        f"block_{name}_{place}": f"{sql} || ' ' || {place}"
        for (name, sql), place in product(NAMES.items(), PLACES)
    },
}

# An office or a family makes its people alike. So where a name contradicts the other record's, the two need
# something that hardly anybody else has in common with them; where no name agrees, two such things, and not
# only a phone and a house; there a street of few people is one as well, for its number is often misspelt.
# Column name to SQL, and to how many initials may share it: records of one person may be many and misspelt,
# but have few.
HOUSE = "nullif(regexp_extract(street, '[0-9]+'), '')"
OWN = {"own_email": ("email", 4), "own_external_id": ("external_id", 4)}
HOME = {
    "home_phone": ("phone", 3),
    "home_code": (f"{HOUSE} || ' ' || postal_code", 3),
    "home_city": (f"{HOUSE} || ' ' || city", 3),
}
STREET = {"home_street": ("street", 3)}
PRIVATE = {**OWN, **HOME, **STREET}
LETTER_MISSING = "damerau_levenshtein(email_l, email_r) = 1 and length(email_l) != length(email_r)"
SAME_HOUSE = "home_code_l = home_code_r or home_city_l = home_city_r"
SAME_STREET = f"jaro_winkler_similarity(home_street_l, home_street_r) >= {ALIKE}"


def _count(*conditions: str) -> str:
    return " + ".join(f"coalesce(cast({condition} as integer), 0)" for condition in conditions)


OWN_SHARED = _count(*(f"{name}_l = {name}_r" for name in OWN), LETTER_MISSING)
HOME_SHARED = _count("home_phone_l = home_phone_r", SAME_HOUSE)
PLACE_SHARED = _count("home_phone_l = home_phone_r", f"{SAME_HOUSE} or {SAME_STREET}")
MAY_BE_ONE = f"""
case
    when greatest(gamma_first_name, gamma_last_name) <= 0
        then {OWN_SHARED} >= 1 and {OWN_SHARED} + {PLACE_SHARED} >= 2
    when gamma_first_name = 0 or gamma_last_name = 0
        then {OWN_SHARED} + {HOME_SHARED} >= 1
    else true
end
"""

# Pairs that are one person beyond doubt, and the pairs that weights are learned from: columns that agree.
CERTAIN = (
    ("customer_id",),
    ("email", "first_name"),
    ("external_id",),
    ("first_name", "last_name", "postal_code"),
)
TRAINED_ON = (("first_name", "last_name"), ("email",), ("phone",), ("postal_code",))


def compared(filled: Collection[str]) -> Sequence[Comparison]:
    """The comparisons that have something to compare."""
    return [each for each in COMPARISONS if not set(each.columns).isdisjoint(filled)]


def model_settings(filled: Collection[str]) -> dict[str, Any]:
    """The model for records that fill these columns, as Splink takes it."""
    rules = [f"l.{block} = r.{block} and l.customer_id != r.customer_id" for block in BLOCKS]
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "record_key",
        "comparisons": [each.settings() for each in compared(filled)],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in rules],
        "additional_columns_to_retain": ["customer_id", "email", *PRIVATE],
        "retain_matching_columns": True,
    }


def model_name(settings: dict[str, Any]) -> str:
    """Twelve digits that differ where the model or Splink's version does."""
    parts = [settings, BLOCKS, PRIVATE, MAY_BE_ONE, CERTAIN, TRAINED_ON, version("splink")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
