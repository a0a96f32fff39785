"""What a source's table of objects says about each of them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Links:
    """An association table: which records of `to_object` belong to each record of `from_object`."""

    from_object: str
    to_object: str
    primary_type: str = ""  # the association type id that marks the primary one; "" where there is none


@dataclass(frozen=True)
class ObjectSpec:
    """One object of a source: its API name, its raw table, and how it is read.

    `kind` is `records` (windows over the modification stamp `cursor`), `whole` (small; read completely every
    time, so what is missing has vanished) or `links` (of those records of `links.from_object` that were read
    in this run). `has_links`: association tables of other specs start at this object.
    """

    name: str
    table: str
    kind: Literal["records", "whole", "links"] = "records"
    cursor: str = ""
    links: Links | None = None
    has_links: bool = False
