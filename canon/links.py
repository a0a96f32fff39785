"""Links between source records, read from the published copy, and the strongest chain of them."""

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import duckdb

from canon.find import Record
from canon.warehouse import rows

ACCEPTED = "accepted"

# Weight of a link over one of the next stronger tier: more than a chain has links.
HEAVIER = 10_000


@dataclass(frozen=True)
class Link:
    """A row of `marts.customer_links`; `match_key` is a hash, `reason` says why it does not count."""

    source: str
    object: str
    source_record_id: str
    other_source: str
    other_object: str
    other_source_record_id: str
    tier: int
    match_rule: str
    match_key: str | None
    status: str
    reason: str | None

    @property
    def ends(self) -> tuple[Record, Record]:
        """The two records."""
        return (
            Record(self.source, self.object, self.source_record_id),
            Record(self.other_source, self.other_object, self.other_source_record_id),
        )

    def read_from(self, start: Record) -> "Link":
        """The same link with that end first."""
        first, second = self.ends
        if first == start:
            return self
        return Link(*second, *first, self.tier, self.match_rule, self.match_key, self.status, self.reason)


def links_among(con: duckdb.DuckDBPyConnection, records: Collection[Record]) -> list[Link]:
    """Every link between two of these records.

    The query knows ids alone, so that it reads two columns of millions of links, not six.
    """
    known = set(records)
    found = rows(con, AMONG, {"ids": [each.source_record_id for each in known]})
    return [link for link in (Link(**each) for each in found) if known.issuperset(link.ends)]


def strongest_chain(
    links: Iterable[Link], starts: Iterable[Record], goals: Iterable[Record]
) -> tuple[Link, ...]:
    """The shortest chain of accepted links from one of the starts to one of the goals.

    Of several equally short ones it has the fewest links of the weakest tier, then of the next one.
    Empty where there is none.
    """
    neighbours = _neighbours(links)
    wanted, came_by = set(goals), dict[Record, Link]()
    waiting = [(0, 0, start) for start in sorted(set(starts))]
    seen: set[Record] = set()
    costs = {start: (0, 0) for _, _, start in waiting}
    while waiting:
        hops, weight, record = heapq.heappop(waiting)
        if record in wanted:
            return _chain(came_by, record)
        if record in seen:
            continue
        seen.add(record)
        for link in neighbours.get(record, ()):
            other, cost = link.ends[1], (hops + 1, weight + HEAVIER**link.tier)
            if other not in costs or cost < costs[other]:
                costs[other], came_by[other] = cost, link
                heapq.heappush(waiting, (*cost, other))
    return ()


def _neighbours(links: Iterable[Link]) -> dict[Record, list[Link]]:
    """Accepted links by the record that they are read from, in an order that no run changes."""
    found: dict[Record, list[Link]] = {}
    for link in links:
        for end in set(link.ends) if link.status == ACCEPTED else ():
            found.setdefault(end, []).append(link.read_from(end))
    for each in found.values():
        each.sort(key=lambda link: (link.ends[1], link.tier, link.match_rule, link.match_key or ""))
    return found


def _chain(came_by: dict[Record, Link], goal: Record) -> tuple[Link, ...]:
    chain: list[Link] = []
    while goal in came_by:
        chain.append(came_by[goal])
        goal = came_by[goal].ends[0]
    return tuple(reversed(chain))


AMONG = """
select
    source, object, source_record_id, other_source, other_object, other_source_record_id,
    tier, match_rule, match_key, status, reason
from marts.customer_links
where
    source_record_id in (select unnest($ids))
    and other_source_record_id in (select unnest($ids))
order by all
"""
