"""The two variants in which a set reaches the CRMs: with an external id, or with e-mail addresses."""

from collections.abc import Callable, Sequence

from evaluation.emails import with_emails
from evaluation.febrl import Row, read
from evaluation.records import Record, keys_of, record

Variant = Callable[[str, Sequence[Row]], list[Record]]


def with_external_ids(_name: str, rows: Sequence[Row]) -> list[Record]:
    """The set's own person number, misspelt where the set misspells it, as the product's user id.

    There are no e-mail addresses, no companies and nothing that the CRMs state themselves.
    """
    return [
        record(key, row, external_id=row.number) for key, row in zip(keys_of(len(rows)), rows, strict=True)
    ]


VARIANTS: dict[str, Variant] = {"external": with_external_ids, "emails": with_emails}


def records_of(name: str, variant: str) -> list[Record]:
    """The records of a set in a variant, in the order of the set's rows."""
    return VARIANTS[variant](name, read(name))
