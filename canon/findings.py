"""What a check-up finds."""

from dataclasses import dataclass

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class Finding:
    """One line of a check-up: what was looked at, how it is, and what to do where it is not well.

    `exit_code` is what the command ends with because of it; it counts where the status is `failed`.
    """

    area: str
    name: str
    status: str
    said: str
    advice: str = ""
    exit_code: int = 0
