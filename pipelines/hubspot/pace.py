"""HubSpot's rates: so many calls in any ten seconds, and of searches so many in any second."""

from collections.abc import Mapping

from pipelines.pace import Lane

# Until a response tells the account's own: the smallest that a plan has, and what search is documented with.
BURST = (100, 10.0)
SEARCHES = (5, 1.0)
SEARCH = "/search"


class HubspotPace:
    """A `pipelines.pace.Pace`. Search answers tell no rates, so theirs is fixed."""

    def __init__(self) -> None:
        self._burst = Lane(*BURST)
        self._searches = Lane(*SEARCHES)

    def wait(self, path: str) -> None:
        """Searches count for both rates."""
        if path.endswith(SEARCH):
            self._searches.wait()
        self._burst.wait()

    def learn(self, headers: Mapping[str, str]) -> None:
        """The account's rate, in X-HubSpot-RateLimit-Max and -Interval-Milliseconds."""
        most = headers.get("X-HubSpot-RateLimit-Max", "")
        interval = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "")
        if most.isdigit() and interval.isdigit() and int(most) and int(interval):
            self._burst = self._burst.at(int(most), int(interval) / 1000)
