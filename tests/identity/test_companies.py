"""Companies: what joins their records, and what may not."""

import duckdb
import pytest

from tests.identity.log import Log, identify

pytestmark = pytest.mark.xdist_group("identity")


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> set[frozenset[str]]:
    """The records of each company, without their systems."""
    warehouse = tmp_path_factory.mktemp("companies") / "canon.duckdb"
    log = Log()
    log.add("Account", "001000000000001AAA", Name="Linked", Website="one.example")
    log.add("companies", "linked", name="Other name", domain="", salesforceaccountid="001000000000001")
    log.add("Account", "domain-s", Name="Domain", Website="https://www.domain.example/about")
    log.add("companies", "domain-h", name="Else", domain="domain.example")
    log.add("Account", "name-s", Name="Named GmbH", BillingCountry="Germany")
    log.add("companies", "name-h", name="NAMED", country="DE")
    log.add("Account", "twice-1", Name="Twice", Website="twice.example")
    log.add("Account", "twice-2", Name="Twice too", Website="twice.example")
    log.add("companies", "twice-h", name="Twice", domain="twice.example")
    log.add("Account", "free-s", Name="Freelancer", Website="gmail.com")
    log.add("companies", "free-h", name="Freelancing", domain="gmail.com")
    # The domain is one account's and the name another's: the weaker of the two links goes.
    log.add("Account", "two-1", Name="Alpha", Website="alpha.example", BillingCountry="Spain")
    log.add("Account", "two-2", Name="Beta", Website="beta.example", BillingCountry="Spain")
    log.add("companies", "two-h", name="Beta", domain="alpha.example", country="Spain")
    # A person account is a person.
    log.add("Account", "person", Name="Ann Person", Website="person.example", IsPersonAccount="true")
    one = log.add("Account", "apart-s", Name="Apart", Website="apart.example")
    other = log.add("companies", "apart-h", name="Apart", domain="apart.example")
    log.decide("cannot_link", one, other, entity="company")
    log.write(warehouse)
    identify(warehouse, select=("+int_companies_identified",))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select list(split_part(record_key, ':', 3)) from intermediate.int_companies_identified "
            "group by company_id"
        ).fetchall()
    return {frozenset(keys) for (keys,) in found}


@pytest.mark.parametrize(
    "expected",
    [
        [{"001000000000001AAA", "linked"}],
        [{"domain-s", "domain-h"}],
        [{"name-s", "name-h"}],
        [{"twice-1"}, {"twice-2"}, {"twice-h"}],
        [{"free-s"}, {"free-h"}],
        [{"two-1", "two-h"}, {"two-2"}],
        [{"apart-s"}, {"apart-h"}],
    ],
    ids=lambda expected: " and ".join(sorted(expected[0])),
)
def test_one_company_is_what_the_policy_says(
    companies: set[frozenset[str]], expected: list[set[str]]
) -> None:
    keys = set().union(*expected)
    assert {each for each in companies if each & keys} == {frozenset(each) for each in expected}


def test_a_person_account_is_no_company(companies: set[frozenset[str]]) -> None:
    assert not [each for each in companies if "person" in each]
