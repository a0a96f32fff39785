"""Long chains: facts join ten thousand records into one, values join no more than a person has."""

import pytest

from tests.identity.log import Log, groups, identify

pytestmark = pytest.mark.xdist_group("identity")

LENGTH = 10_000
# The limits of the policy: records and e-mail addresses of one person.
MOST_RECORDS, MOST_EMAILS = 50, 5


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[frozenset[str]]:
    """A chain of merges, a chain of records joined by address and id in turn, a ring, and a star."""
    warehouse = tmp_path_factory.mktemp("chains") / "canon.duckdb"
    log = Log()
    for at in range(LENGTH):
        # Ids in an order that has nothing to do with the chain's.
        own, master = f"m{at * 7919 % LENGTH}", f"m{(at + 1) * 7919 % LENGTH}"
        log.contact(
            own, "Uma Chain", deleted=at < LENGTH - 1, MasterRecordId=master if at < LENGTH - 1 else ""
        )
    for at in range(LENGTH // 2):
        address = f"chain{at}@gmail.com"
        log.contact(f"c{at}", "Carl Chain", address, Product_User_Id__c=f"usr_{at}")
        log.person(f"c{at}", "Carl Chain", address, product_user_id=f"usr_{at + 1}")
    for at in range(4):
        log.contact(f"r{at}", "Rita Ring", f"ring{at}@gmail.com", Product_User_Id__c=f"ring_{at}")
        log.person(f"r{at}", "Rita Ring", f"ring{at}@gmail.com", product_user_id=f"ring_{(at + 1) % 4}")
    for at in range(40):
        log.person(f"s{at}", "Sam Star", "star@gmail.com")
    for at in range(60):
        log.person(f"t{at}", "Tim Toomany", "toomany@gmail.com")
    log.write(warehouse)
    identify(warehouse)
    return groups(warehouse)


def of(found: set[frozenset[str]], letter: str) -> list[frozenset[str]]:
    """The customers whose records' ids begin with a letter."""
    return [group for group in found if next(iter(group)).rpartition(":")[2].startswith(letter)]


def test_a_chain_of_merges_is_one_customer(found: set[frozenset[str]]) -> None:
    assert [len(group) for group in of(found, "m")] == [LENGTH]


def test_a_chain_of_values_breaks_at_the_limits(found: set[frozenset[str]]) -> None:
    chain = of(found, "c")
    assert sum(map(len, chain)) == LENGTH
    assert max(map(len, chain)) <= min(MOST_RECORDS, 2 * MOST_EMAILS)
    # No two neighbours could be one customer still: what was dropped had to be.
    assert len(chain) < LENGTH / MOST_EMAILS


def test_a_ring_is_one_customer(found: set[frozenset[str]]) -> None:
    assert [len(group) for group in of(found, "r")] == [8]


def test_a_star_is_one_customer_and_one_too_large_is_none(found: set[frozenset[str]]) -> None:
    assert [len(group) for group in of(found, "s")] == [40]
    assert {len(group) for group in of(found, "t")} == {1}
