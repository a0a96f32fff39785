"""A large world out of the sample: whole copies of its records with ids, addresses and names of their own.

A record's line is cut once into constant text and the spots that differ between copies; a copy is then a join
of strings. Nothing but one line is held, so the size of the world is bounded by the disk alone.

Two things differ from the sample: HubSpot contacts come without `propertiesWithHistory` (four fifths of the
file, and no loader asks for it), and users, owners and pipelines are not copied.
"""

import json
import re
import shutil
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKSUM = string.ascii_uppercase + "012345"
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
COPIED = {
    "salesforce": ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole"),
    "hubspot": ("contacts", "companies", "deals", "associations"),
}
LEADING = {"salesforce": "Contact", "hubspot": "contacts"}  # whose records are the people of a system
HUBSPOT_SHARE = 2  # one HubSpot contact for so many Salesforce contacts
NO_HISTORY = "propertiesWithHistory"

SALESFORCE_ID = r"00[136KQ]Qy00000[A-Za-z0-9]{5}(?:[A-Z0-5]{3})?"
HUBSPOT_ID = r"(?<![\d+])(?:7[2-9]|2[5-7]|3[1-4])\d{9}(?!\d)"
PRODUCT_ID = r"usr_\d+"
NAME = r'"(?:LastName|lastname|Name|name|Company|company|dealname)": "(?:[^"\\]|\\.)+'

Piece = str | Callable[[int], str]


@dataclass(frozen=True)
class Size:
    """How many people a world has, and of how many copies of the sample it is made."""

    people: int
    copies: int


def replicate(sample: Path, folder: Path, rows: int) -> dict[str, Size]:
    """Write a data folder with at least `rows` Salesforce contacts and half as many HubSpot contacts.

    The first copy is the sample itself; the same arguments give the same bytes.

    Returns:
        The size per system; copies are whole, so `people` is `rows` rounded up.
    """
    spots = re.compile(_spots(sample))
    sizes: dict[str, Size] = {}
    for system, names in COPIED.items():
        wanted = rows if system == "salesforce" else rows // HUBSPOT_SHARE
        people = len(_lines(sample / system / f"{LEADING[system]}.jsonl"))
        copies = max(1, -(-wanted // people))
        ignored = [f"{name}.jsonl" for name in names]
        shutil.copytree(sample / system, folder / system, ignore=shutil.ignore_patterns(*ignored))
        for name in ignored:
            _copy_file(sample / system / name, folder / system / name, copies, spots)
        sizes[system] = Size(people * copies, copies)
    return sizes


def _copy_file(source: Path, target: Path, copies: int, spots: re.Pattern[str]) -> None:
    templates = [_pieces(_without_history(line), spots) for line in _lines(source)]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for copy in range(copies):
            for pieces in templates:
                file.write("".join(piece if isinstance(piece, str) else piece(copy) for piece in pieces))
                file.write("\n")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _without_history(line: str) -> str:
    if NO_HISTORY not in line:
        return line
    record = json.loads(line)
    del record[NO_HISTORY]
    return json.dumps(record, ensure_ascii=False)


def _spots(sample: Path) -> str:
    """A pattern with one group per kind of text that differs between copies."""
    texts = [path.read_text(encoding="utf-8") for path in sample.glob("*/*.jsonl")]
    companies = {name for text in texts for name in _company_domains(text)}
    mailboxes = {found for text in texts for found in re.findall(r'@([^"@\s\\;]+)', text)}
    private = sorted(mailboxes - companies)
    kinds = {
        "salesforce": SALESFORCE_ID,
        "hubspot": HUBSPOT_ID,
        "product": PRODUCT_ID,
        "name": NAME,
        "private": rf'(?<=["; ])[^"@\s;]+(?=@(?:{_any_of(private)})[";\s])',
        "domain": rf"(?<![\w-])(?:{_any_of(sorted(companies))})(?![\w-])",
    }
    return "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())


def _company_domains(text: str) -> Iterator[str]:
    for found in re.findall(r'"(?:Website|website|domain)": "([^"]+)"', text):
        host = re.sub(r"^(?:https?://)?(?:www\.)?", "", found.strip().lower()).partition("/")[0]
        if "." in host:
            yield host


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"


def _pieces(line: str, spots: re.Pattern[str]) -> list[Piece]:
    """Cut a line into constant text and functions of the copy's number."""
    pieces: list[Piece] = []
    end = 0
    for match in spots.finditer(line):
        pieces += [line[end : match.start()], _varied(str(match.lastgroup), match.group())]
        end = match.end()
    return [*pieces, line[end:]]


def _varied(kind: str, text: str) -> Callable[[int], str]:
    vary = VARIATIONS[kind]
    return lambda copy: vary(text, copy) if copy else text


def _salesforce_id(text: str, copy: int) -> str:
    """Three of the zeros in the middle count the copies; the checksum follows."""
    short = text[:7] + _base62(copy) + text[10:15]
    return short if len(text) == 15 else short + _checksum(short)


def _base62(number: int) -> str:
    return DIGITS[number // 62**2] + DIGITS[number // 62 % 62] + DIGITS[number % 62]


def _checksum(short: str) -> str:
    """What the 18-character form of an id adds: which of its letters are capitals."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        CHECKSUM[sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")]
        for chunk in chunks
    )


def _letters(number: int) -> str:
    """A word for a number: names have no digits."""
    word = ""
    while number:
        number, letter = divmod(number - 1, 26)
        word = string.ascii_lowercase[letter] + word
    return word.capitalize()


def _domain(text: str, copy: int) -> str:
    name, _, rest = text.partition(".")
    return f"{name}-{copy}.{rest}"


VARIATIONS: dict[str, Callable[[str, int], str]] = {
    "salesforce": _salesforce_id,
    "hubspot": lambda text, copy: f"{copy}{text}",
    "product": lambda text, copy: f"{text}{copy:05d}",
    "name": lambda text, copy: f"{text} {_letters(copy)}",
    "private": lambda text, copy: f"{text}.{copy}",
    "domain": _domain,
}
