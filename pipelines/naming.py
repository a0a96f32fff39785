"""The dlt naming convention of the raw log: lower case, nothing else.

dlt's default (`snake_case`) contracts underscores, so Salesforce's `Foo__c` and `Foo_c` would share one
column. Here every name keeps its letters and underscores; collisions are refused before anything is loaded
(`pipelines.fields.columns_of`). dlt loads this class by the module's name.
"""

from typing import ClassVar

from dlt.common.normalizers.naming.naming import NamingConvention as BaseNamingConvention


class NamingConvention(BaseNamingConvention):
    """Lower-cased source names. The path separator is a character that no source name contains."""

    PATH_SEPARATOR: ClassVar[str] = "▶"

    def normalize_identifier(self, identifier: str) -> str:
        """Return `identifier` in lower case."""
        return super().normalize_identifier(identifier).lower()

    @property
    def is_case_sensitive(self) -> bool:
        """DuckDB compares column names without case."""
        return False
