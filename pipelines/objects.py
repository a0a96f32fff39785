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
    time, so what is missing has vanished), `links` (of those records of `links.from_object` that were read
    in this run) or `history` (who changed which of the fields `tracked` of the records of `parent`, whose id
    stands in `parent_column`, and when: windows over the `cursor`, where it has one, else of the records that
    were read in this run).
    `is_followed`: what other specs read goes by the records that were read of this one.
    """

    name: str
    table: str
    kind: Literal["records", "whole", "links", "history"] = "records"
    cursor: str = ""
    links: Links | None = None
    is_followed: bool = False
    parent: str = ""
    parent_column: str = ""
    tracked: tuple[str, ...] = ()

    @property
    def follows(self) -> str:
        """The object by whose records, mode and window this one is read; "" for one with its own."""
        return self.links.from_object if self.links else "" if self.cursor else self.parent
