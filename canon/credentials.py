"""Since when a source is read with the secret of today: no API tells, so it is noted at its first use.

What is kept of a secret is a keyed hash that tells it from the one before (decision 27).
"""

from collections.abc import Sequence

from canon.journal import ensure_journals, utc_now
from canon.normalize import keyed_hash
from canon.settings import Settings
from canon.warehouse import connect

# Of 64 bits two secrets of one source are never the same by chance, and no more than that is kept.
DIGITS = 16

# Stands for a source that is read without a secret: a file, a database that trusts its network.
NO_SECRET = "none"

NOTE = """
merge into ops.credentials as known
using (select ? as source, ? as fingerprint, ? as used_at) as used
on known.source = used.source and known.fingerprint = used.fingerprint
when matched then update set last_used_at = used.used_at
when not matched then insert (source, fingerprint, first_used_at, last_used_at)
    values (used.source, used.fingerprint, used.used_at, used.used_at)
"""


def note_credentials(settings: Settings, sources: Sequence[str]) -> None:
    """Keep that sources were read now, each with the secret that is configured for it.

    Raises:
        ConfigurationError: A setting of a source is missing; after a load none is.
    """
    from pipelines import secret

    with connect(settings.warehouse) as con:
        ensure_journals(con)
        for source in sources:
            con.execute(NOTE, [source, fingerprint(settings, source, secret(source)), utc_now()])


def fingerprint(settings: Settings, source: str, secret: str | None) -> str:
    """By which a secret is known again: HMAC-SHA256 with CANON_HASH_KEY, 16 hexadecimal digits of it."""
    if not secret:
        return NO_SECRET
    hashed = keyed_hash(f"credential {source} {secret}", settings.hash_key())
    assert hashed is not None, "the hash of a text is a text"
    return hashed[:DIGITS]
