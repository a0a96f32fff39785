"""Normal forms that SQL cannot compute: phone numbers, e-mail addresses, names, keyed hashes.

Every function takes one text or None and returns the normal form, or None where there is none; the
callers pass distinct-heavy columns, so results are remembered per process.
"""

import hashlib
import hmac
import unicodedata
from functools import lru_cache

import phonenumbers
from babel import Locale
from cleanco import basename
from email_validator import EmailNotValidError, validate_email

# Enough for the distinct values of a million people's phones within one build; about 100 MB when full.
REMEMBERED = 500_000

# What CRMs hold beside ISO codes and the English names that CLDR knows, as `normalize_name` writes them.
COUNTRY_ALIASES = {
    "usa": "US",
    "u s a": "US",
    "u s": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
    "czech republic": "CZ",
    "hong kong": "HK",
    "korea": "KR",
    "russian federation": "RU",
    "turkey": "TR",
    "viet nam": "VN",
}

# What people type for an apostrophe: it, quotation marks, accents standing alone, modifier letters.
APOSTROPHES = str.maketrans(dict.fromkeys("'`\u2018\u2019\u00b4\u02bb\u02bc", ""))

# Letters that Unicode does not take apart into a letter and its accent.
PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    """Country names and codes in normal form to ISO 3166 two-letter codes (names from CLDR, English)."""
    names = {
        normalize_name(name) or "": code for code, name in Locale("en").territories.items() if len(code) == 2
    }
    codes = {code.lower(): code for code in names.values()}
    return {**names, **codes, **COUNTRY_ALIASES}


@lru_cache(maxsize=10_000)
def region_of(country: str | None, default_region: str) -> str:
    """Two-letter region of a country as people write it; the default where it is blank or unknown."""
    return _regions().get(normalize_name(country) or "", default_region)


@lru_cache(maxsize=REMEMBERED)
def normalize_phone(number: str | None, region: str) -> str | None:
    """E.164 form of a phone number (extension dropped), or None if it is no valid number of its region."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=REMEMBERED)
def normalize_email(address: str | None) -> str | None:
    """Lower-cased address in Unicode normal form, or None if it is no deliverable form (no DNS is asked)."""
    if not address:
        return None
    try:
        found = validate_email(address.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


@lru_cache(maxsize=REMEMBERED)
def normalize_name(name: str | None) -> str | None:
    """Lower-cased name without accents, apostrophes, double spaces: the form that names are compared in."""
    if not name:
        return None
    letters = unicodedata.normalize("NFKD", name.translate(APOSTROPHES))
    plain = "".join(each for each in letters if not unicodedata.combining(each)).lower()
    words = "".join(each if each.isalnum() else " " for each in plain.translate(PLAIN_LETTERS)).split()
    return " ".join(words) or None


@lru_cache(maxsize=REMEMBERED)
def normalize_company(name: str | None) -> str | None:
    """A company's name in normal form without its legal form (`GmbH`, `Inc.`), unless that is all of it."""
    return normalize_name(basename(name)) or normalize_name(name) if name else None


def keyed_hash(value: str | None, key: bytes) -> str | None:
    """HMAC-SHA256 of a text, 64 hexadecimal digits: joins like the value, reveals nothing without the key."""
    if value is None:
        return None
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
