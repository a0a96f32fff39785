"""`canon doctor --against`: the fields of this environment beside those of another one."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from canon.errors import BudgetReached, CanonError, ConfigurationError, SourceUnavailable
from canon.output import stdout_to_stderr, step
from canon.settings import Settings

if TYPE_CHECKING:
    from pipelines.environments import Described, Difference


# Kinds of failures, each with its own exit code; one of a narrower kind is told as the first that fits.
KINDS = (ConfigurationError, BudgetReached, SourceUnavailable, CanonError)


@dataclass(frozen=True)
class Comparison:
    """How two environments differ. `sources` are those that the profile has settings for."""

    against: str
    sources: tuple[str, ...]
    objects: int
    differences: "tuple[Difference, ...]"

    def as_json(self) -> dict[str, Any]:
        """The comparison as one JSON object; differences are no failure."""
        return {"status": "compared", "exit_code": 0, **asdict(self)}


def compare(settings: Settings, profile: str) -> Comparison:
    """Ask both environments for their fields and compare them.

    Raises:
        ConfigurationError: The profile is missing, or a setting of either environment is missing or refused.
        SourceUnavailable: One of the environments did not answer.
    """
    from pipelines import environments

    theirs = environments.read_profile(settings.root, profile)
    sources = tuple(each for each in settings.sources if each in theirs.get("sources", {}))
    if not sources:
        raise ConfigurationError(
            f"The profile {profile} has settings for none of {', '.join(settings.sources)}: its file needs a "
            f"table such as [sources.{settings.sources[0]}]."
        )
    found: list[Difference] = []
    objects = 0
    with step("Asking both environments for their fields"), stdout_to_stderr():
        for source in sources:
            here = environments.describe(source)
            there = _described_there(source, theirs, profile)
            found += environments.differences(source, here, there)
            objects += len(here)
    return Comparison(profile, sources, objects, tuple(found))


def _described_there(source: str, theirs: dict[str, Any], profile: str) -> "Described":
    """The other environment's fields; its failures say whose they are."""
    from pipelines import environments

    try:
        return environments.describe(source, theirs)
    except CanonError as problem:
        kind = next(each for each in KINDS if isinstance(problem, each))
        raise kind(
            f"In the profile {profile} (.dlt/{profile}.secrets.toml, .dlt/{profile}.config.toml): {problem}"
        ) from None
