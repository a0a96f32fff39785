"""What can go wrong, one class per kind of failure; `exit_code` is what the `canon` command ends with."""

from pipelines.errors import BudgetReached, CanonError, ConfigurationError, SourceUnavailable

__all__ = [
    "BudgetReached",
    "BuildFailed",
    "CanonError",
    "ConfigurationError",
    "CustomerUnknown",
    "LockHeld",
    "NothingPublished",
    "PublishFailed",
    "SourceUnavailable",
    "UsageError",
    "WarehouseUnusable",
]


class UsageError(CanonError):
    """The command was asked for something that it cannot do. Nothing was changed."""

    exit_code = 2


class CustomerUnknown(UsageError):
    """Nobody, or more than one person, goes by the id, e-mail address or record that was given."""


class NothingPublished(UsageError):
    """There is no published copy to read, or it is older than this version of Canon needs."""


class LockHeld(CanonError):
    """Another run holds the warehouse. Nothing was changed; run again when it has ended."""

    exit_code = 4


class WarehouseUnusable(CanonError):
    """The warehouse file is missing, damaged, or written by a newer DuckDB."""


class PublishFailed(CanonError):
    """The new copy could not be written. The copy that readers open is still the previous one."""


class BuildFailed(CanonError):
    """A dbt build ended with failures.

    The message repeats what dbt said; `nodes` names what failed and holds no values, so it may be journalled.
    """

    def __init__(self, message: str, nodes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nodes = nodes
