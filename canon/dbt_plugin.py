"""What dbt's SQL needs of Canon: the functions of `canon.functions`, and the journals.

`profiles.yml` names this module as a plugin of dbt-duckdb; each connection that dbt opens gets them.
"""

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from canon import functions, journal
from canon.settings import Settings


class Plugin(BasePlugin):
    """Registers `canon_*` functions and creates the journals of `ops` where they are missing."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the settings that the functions depend on."""
        self.settings = Settings.load()

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Give a new connection the functions and the journals."""
        functions.add_functions(conn, self.settings)
        journal.ensure_journals(conn)
