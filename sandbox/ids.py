"""Record ids: Salesforce's 15 and 18 character forms, and new ones for created records."""

from __future__ import annotations

import re

_CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?", re.ASCII)


def checksum(short: str) -> str:
    """Return the three check characters of a 15 character id.

    Each covers five characters: bit i is set when character i is an upper case letter.
    """
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECK_ALPHABET[sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")]
        for chunk in chunks
    )


def is_salesforce_id(text: str) -> bool:
    """Tell whether the text has the form of an id; an 18 character one must carry its right checksum."""
    return bool(_ID.fullmatch(text)) and (len(text) == 15 or text[15:] == checksum(text[:15]))


def to_18(text: str) -> str:
    """Return the 18 character form; text that is no id comes back as it is."""
    return text + checksum(text) if len(text) == 15 and is_salesforce_id(text) else text


def new_salesforce_id(prefix: str, number: int) -> str:
    """Return the 18 character id of the number-th record made here, e.g. prefix `003`."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return to_18(f"{prefix}SBX{digits:0>9}")
