"""Links are judged many at a time; what comes out must be what one by one would give."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import duckdb
import pytest

from tests.identity.log import Log, identify

pytestmark = pytest.mark.xdist_group("identity")

WORLDS = 320
# Of these, any two that are not equal contradict each other, and none contradicts the blank one.
NAMES = ["", "Ann Smith", "Mary Jones", "Otto Krause"]
MAX_RECORDS, MAX_EMAILS = 50, 5

Person = tuple[str | None, str | None, str | None]  # first name, e-mail, own address at a company


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small tangles of records that share addresses, ids, names at companies and links of the CRM."""
    path = tmp_path_factory.mktemp("judged") / "canon.duckdb"
    log, chance = Log(), random.Random(20261122)
    for world in range(WORLDS):
        _tangle(log, chance, world)
    log.write(path)
    identify(path)
    return path


def _tangle(log: Log, chance: random.Random, world: int) -> None:
    def address() -> str:
        host = chance.choice(["gmail.com", f"company{world}.example"])
        return chance.choice(["", f"a{chance.randrange(7)}.w{world}@{host}"])

    keys = []
    for at in range(chance.randrange(3, 9)):
        key = f"{world:03d}000000000{at:03d}AAA"
        keys.append(
            log.contact(
                key,
                chance.choice(NAMES),
                address(),
                Product_User_Id__c=chance.choice(["", f"u{world}.{at}"]),
            )
        )
        keys.append(
            log.person(
                f"{world}.{at}",
                chance.choice(NAMES),
                address(),
                product_user_id=chance.choice(["", f"u{world}.{chance.randrange(9)}"]),
                salesforcecontactid=chance.choice(["", "", key]),
            )
        )
    for kind in chance.choices(["must_link", "cannot_link"], k=chance.randrange(3)):
        one, other = chance.sample(keys, 2)
        log.decide(kind, one, other)


def one_by_one(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, bool]]:
    """Every disputed link in its order, and whether it counts: the meaning of the guards, in plain Python."""
    people: dict[str, Person] = {
        key: (first, email, company_email)
        for key, first, email, company_email in con.execute(
            "select record_key, first_name, email, company_email from intermediate.int_customers_normalized"
        ).fetchall()
    }
    apart = set(
        con.execute(
            "select left_key, right_key from intermediate.int_customers_settled where kind = 'cannot_link'"
        ).fetchall()
    )
    cluster = {key: {key} for key in people}
    for link_id, left, right, tier, certain in con.execute(
        "select link_id, left_key, right_key, tier, is_certain from intermediate.int_customers_disputed "
        "order by tier, holders, match_key nulls last, link_id"
    ).fetchall():
        one, other = cluster[left], cluster[right]
        counts = one is other or certain or _may_join(one, other, tier, people, apart)
        if counts and one is not other:
            one |= other
            for key in other:
                cluster[key] = one
        yield link_id, counts


def _may_join(
    one: set[str], other: set[str], tier: int, people: dict[str, Person], apart: set[tuple[str, str]]
) -> bool:
    pairs = [(people[left], people[right]) for left, right in product(one, other)]
    emails = {people[key][1] for key in one | other} - {None}
    return not (
        any(pair in apart for pair in product(one, other))
        or (tier >= 3 and any(left[0] != right[0] for left, right in pairs if left[0] and right[0]))
        or (tier >= 3 and (len(one | other) > MAX_RECORDS or len(emails) > MAX_EMAILS))
        or (tier >= 5 and any(_are_colleagues(left[2], right[2]) for left, right in pairs))
    )


def _are_colleagues(one: str | None, other: str | None) -> bool:
    """Whether these are two people's own addresses at one company."""
    return bool(one and other and one != other and one.split("@")[1] == other.split("@")[1])


def test_links_are_judged_as_if_one_by_one(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        expected = dict(one_by_one(con))
        found = con.execute(
            "select link_id, reason is null from intermediate.int_customers_judged"
        ).fetchall()
    assert len(found) > 500
    assert {False, True} == set(expected.values())
    assert dict(found) == expected


def test_nobody_is_two_people(warehouse: Path) -> None:
    """Whatever the links: two names in one customer only where the CRM or a steward says so."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        mixed = con.execute(
            """
            select customer_id from intermediate.int_customers_identified
            join intermediate.int_customers_normalized using (record_key)
            group by customer_id having count(distinct first_name) > 1
            except
            select customer_id from intermediate.int_customers_identified
            join intermediate.int_customers_linked on left_key = record_key
            where status = 'accepted' and tier <= 2
            """
        ).fetchall()
    assert mixed == []
