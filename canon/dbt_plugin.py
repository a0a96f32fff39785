"""What dbt's SQL calls in Python: the normal forms of `canon.normalize`, and the journals it writes to.

`profiles.yml` names this module as a plugin of dbt-duckdb; each connection that dbt opens gets the functions.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.func import FunctionNullHandling, PythonUDFType

from canon import journal, normalize
from canon.settings import Settings

KNOWN_FUNCTIONS = "select distinct function_name from duckdb_functions() where function_name like 'canon_%'"


def _of_one(function: Callable[[str | None], str | None]) -> Callable[[pa.ChunkedArray], pa.Array]:
    """A function of a text as a function of a column of texts."""
    return lambda column: pa.array(map(function, column.to_pylist()), pa.string())


def _of_two(function: Callable[[str | None, str | None], str | None]) -> Callable[..., pa.Array]:
    """A function of two texts as a function of two columns of texts."""
    return lambda left, right: pa.array(map(function, left.to_pylist(), right.to_pylist()), pa.string())


class Plugin(BasePlugin):
    """Registers `canon_*` functions and creates the journals of `ops` where they are missing."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the settings that the functions depend on."""
        self.settings = Settings.load()

    @cached_property
    def hash_key(self) -> bytes:
        """Read or created when a hash is first asked for, so that a mere parse or lint leaves no file."""
        return self.settings.hash_key()

    def _hash(self, value: str | None) -> str | None:
        return normalize.keyed_hash(value, self.hash_key)

    def _phone(self, number: str | None, country: str | None) -> str | None:
        return normalize.normalize_phone(number, normalize.region_of(country, self.settings.default_region))

    def _region(self, country: str | None) -> str | None:
        return normalize.region_of(country, "") or normalize.normalize_name(country)

    def _functions(self) -> dict[str, tuple[Callable[..., pa.Array], int]]:
        """SQL name to the function over columns and how many columns it takes."""
        return {
            "canon_email": (_of_one(normalize.normalize_email), 1),
            "canon_phone": (_of_two(self._phone), 2),
            "canon_name": (_of_one(normalize.normalize_name), 1),
            "canon_company": (_of_one(normalize.normalize_company), 1),
            "canon_region": (_of_one(self._region), 1),
            "canon_hash": (_of_one(self._hash), 1),
        }

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Give a new connection the functions and the journals."""
        known = {name for (name,) in conn.execute(KNOWN_FUNCTIONS).fetchall()}
        for name, (function, arity) in self._functions().items():
            if name not in known:  # connections of one process share the database instance
                conn.create_function(
                    name,
                    function,
                    ["varchar"] * arity,
                    "varchar",
                    type=PythonUDFType.ARROW,
                    null_handling=FunctionNullHandling.SPECIAL,
                )
        journal.ensure_journals(conn)
