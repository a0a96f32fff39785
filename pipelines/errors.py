"""What can go wrong, one class per kind of failure; `exit_code` is what the `canon` command ends with."""


class CanonError(Exception):
    """Base of every failure that Canon explains. Nothing is lost; running again is safe.

    `source` is the system that it is about, "" where it is about none, or before any was asked.
    """

    exit_code = 1
    source = ""


class ConfigurationError(CanonError):
    """A setting is missing or was refused. The message names it and repeats what the server said."""

    exit_code = 2


class SourceUnavailable(CanonError):
    """A source could not be read after all retries. The log is as it was; the next run completes."""


class RequestRefused(SourceUnavailable):
    """A source answered one request with an error that trying again would not change.

    `status` is the HTTP status, `code` the source's own error code ("" where it gave none), `said` its words:
    for telling cases apart only, as they may quote a value.
    """

    def __init__(self, message: str, *, status: int, code: str, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.said = said


class ReadAgain(SourceUnavailable):
    """A read cannot go on but may be begun again, with what came so far in the log."""


class FieldsChanged(ReadAgain):
    """An object's fields changed between being described and being read."""


class JobLost(ReadAgain):
    """A job at the source failed, hung, vanished, or gave other rows than it announced."""


class NameCollision(CanonError):
    """Two fields of one object would land in the same column of the raw table."""


class BudgetReached(CanonError):
    """The share of the daily API allowance that Canon may use is spent. The next run resumes."""

    exit_code = 5
