"""What is to be erased, as a file beside the warehouse: it stands there until the last trace is gone.

A run that is killed leaves it, and the next one goes on from it. It holds ids, no addresses or names.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from canon.errors import WarehouseUnusable
from canon.find import Record
from canon.warehouse import replace_file

FORGET, PRIVACY_DELETION = "forget", "privacy_deletion"


class Left(NamedTuple):
    """The oldest record that is left of a customer."""

    record: Record
    customer_id: str


@dataclass(frozen=True)
class Order:
    """An erasure that was begun.

    `customers` are ids whose whole history goes; `source` is the system that erased the records, None where
    somebody asked for it here. `left` is what is left of each of the people, if anything is.
    """

    erasure_id: str
    cause: str
    source: str | None
    records: tuple[Record, ...]
    customers: tuple[str, ...]
    left: tuple[Left, ...] = ()


def place_order(
    warehouse: Path,
    cause: str,
    records: tuple[Record, ...],
    customers: tuple[str, ...],
    source: str | None = None,
    left: tuple[Left, ...] = (),
) -> Order:
    """Write an order down, readable by its owner only: from now on every run that writes begins with it."""
    order = Order(uuid4().hex, cause, source, records, customers, left)
    path = _path(warehouse)
    draft = path.with_name(f"{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(order), file)
    replace_file(draft, path)
    return order


def open_order(warehouse: Path) -> Order | None:
    """The order that is not finished, if there is one.

    Raises:
        WarehouseUnusable: The file is none of ours.
    """
    path = _path(warehouse)
    if not path.is_file():
        return None
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError) as problem:
        raise WarehouseUnusable(
            f"{path} says what is still to be erased and cannot be read ({type(problem).__name__}). Ask who "
            "changed it; delete it and run canon forget again if you know whom it was about."
        ) from problem


def close_order(warehouse: Path) -> None:
    """Everything is erased: forget what was to be."""
    _path(warehouse).unlink(missing_ok=True)


def _parsed(content: dict[str, object]) -> Order:
    def records(name: str) -> tuple[Record, ...]:
        listed = content[name]
        assert isinstance(listed, list)
        return tuple(Record(*each) for each in listed)

    source, customers, left = content["source"], content["customers"], content["left"]
    assert isinstance(customers, list)
    assert isinstance(left, list)
    return Order(
        str(content["erasure_id"]),
        str(content["cause"]),
        str(source) if source else None,
        records("records"),
        tuple(str(each) for each in customers),
        tuple(Left(Record(*record), str(customer_id)) for record, customer_id in left),
    )


def _path(warehouse: Path) -> Path:
    return warehouse.with_name(f"{warehouse.name}.erasure")
