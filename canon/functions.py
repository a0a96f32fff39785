"""The functions of SQL that are Python: the normal forms of `canon.normalize`, on a connection of DuckDB."""

from collections.abc import Callable
from functools import cache

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from canon import normalize
from canon.settings import Settings

KNOWN = "select distinct function_name from duckdb_functions() where function_name like 'canon_%'"


def add_functions(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give a connection the functions that it does not know yet: those of one process share an instance."""
    known = {name for (name,) in con.execute(KNOWN).fetchall()}
    for name, (function, arity) in _functions(settings).items():
        if name not in known:
            con.create_function(
                name,
                function,
                ["varchar"] * arity,
                "varchar",
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
            )


def _functions(settings: Settings) -> dict[str, tuple[Callable[..., pa.Array], int]]:
    """SQL name to the function over columns and how many columns it takes."""
    key = cache(
        settings.hash_key
    )  # read or created when a hash is first asked for: a mere parse leaves no file

    def hashed(value: str | None) -> str | None:
        return normalize.keyed_hash(value, key())

    def phone(number: str | None, country: str | None) -> str | None:
        return normalize.normalize_phone(number, normalize.region_of(country, settings.default_region))

    def region(country: str | None) -> str | None:
        return normalize.region_of(country, "") or normalize.normalize_name(country)

    return {
        "canon_email": (_of_one(normalize.normalize_email), 1),
        "canon_phone": (_of_two(phone), 2),
        "canon_name": (_of_one(normalize.normalize_name), 1),
        "canon_company": (_of_one(normalize.normalize_company), 1),
        "canon_region": (_of_one(region), 1),
        "canon_hash": (_of_one(hashed), 1),
    }


def _of_one(function: Callable[[str | None], str | None]) -> Callable[[pa.ChunkedArray], pa.Array]:
    """A function of a text as a function of a column of texts."""
    return lambda column: pa.array(map(function, column.to_pylist()), pa.string())


def _of_two(function: Callable[[str | None, str | None], str | None]) -> Callable[..., pa.Array]:
    """A function of two texts as a function of two columns of texts."""
    return lambda left, right: pa.array(map(function, left.to_pylist(), right.to_pylist()), pa.string())
