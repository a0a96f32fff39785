"""Record ids, derived from each record's key, so that adding a record never renames another."""

from __future__ import annotations

import hashlib
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHECKSUM = string.ascii_uppercase + "012345"
PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
    "OpportunityContactRole": "00K",
    "User": "005",
    "Group": "00G",
}
# First id and width of the range of each HubSpot object; all have 11 digits.
RANGES = {
    "contacts": (72_000_000_000, 8_000_000_000),
    "companies": (25_000_000_000, 3_000_000_000),
    "deals": (31_000_000_000, 4_000_000_000),
}


def _number(*key: str) -> int:
    return int.from_bytes(hashlib.sha256(":".join(key).encode()).digest()[:8], "big")


def with_checksum(short: str) -> str:
    """Return the 18-character form of a 15-character Salesforce id."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    bits = (sum(1 << place for place, char in enumerate(chunk) if char.isupper()) for chunk in chunks)
    return short + "".join(CHECKSUM[value] for value in bits)


def salesforce_id(object_name: str, key: str) -> str:
    """Return the 18-character id of the record that `key` names."""
    number = _number("salesforce", object_name, key)
    tail = ""
    for _ in range(5):
        number, digit = divmod(number, len(ALPHABET))
        tail += ALPHABET[digit]
    return with_checksum(f"{PREFIXES[object_name]}Qy00000{tail}")


def hubspot_id(object_name: str, key: str) -> str:
    """Return the id (11 decimal digits) of the HubSpot record that `key` names."""
    first, width = RANGES[object_name]
    return str(first + _number("hubspot", object_name, key) % width)


def owner_id(key: str) -> str:
    """Return the id (9 decimal digits) of a HubSpot owner."""
    return str(730_000_000 + _number("owner", key) % 200_000_000)


def hubspot_user_id(key: str) -> int:
    """Return the id of the HubSpot user behind an owner; it differs from the owner's id."""
    return 51_000_000 + _number("user", key) % 20_000_000
