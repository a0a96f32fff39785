"""A database that cannot be read is named, with what to do and without its password."""

from pathlib import Path

import pytest

from canon.doctor import check_source
from canon.findings import FAILED, OK, WARNING
from pipelines.errors import CanonError, ConfigurationError, SourceUnavailable
from pipelines.policy import POLICY, mapped_fields
from tests.pipelines.loading import Warehouse
from tests.product.conftest import Product, url_of

SECRET = "s3cr3t/p@ss"
QUOTED = "s3cr3t%2Fp%40ss"


def refused(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, url: str, capfd: pytest.CaptureFixture[str]
) -> CanonError:
    """What a load says of a URL; whatever it writes, the password is not in it."""
    monkeypatch.setenv("SOURCES__PRODUCT__CREDENTIALS", url)
    with pytest.raises(CanonError) as caught:
        warehouse.load("product")
    shown = capfd.readouterr()
    chain: BaseException | None = caught.value
    while chain is not None:
        assert not any(secret in f"{chain!r} {chain}" for secret in (SECRET, QUOTED))
        chain = chain.__cause__
    assert not any(secret in shown.out + shown.err for secret in (SECRET, QUOTED))
    return caught.value


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"postgresql//user:{QUOTED}@host/db", "is no SQLAlchemy URL"),
        (f"nosuch://user:{QUOTED}@host/db", "needs nosuch, which is not installed"),
        (f"oracle+oracledb://user:{QUOTED}@host/db", "needs oracledb, which is not installed"),
        ("sqlite:////nowhere/product.db", "names a SQLite file that is not there: /nowhere/product.db"),
        ("sqlite://", "names a SQLite file that is not there"),
    ],
)
def test_an_unusable_url_is_a_wrong_setting(warehouse, monkeypatch, capfd, url, told):
    problem = refused(warehouse, monkeypatch, url, capfd)
    assert isinstance(problem, ConfigurationError)
    assert "SOURCES__PRODUCT__CREDENTIALS" in str(problem)
    assert told in str(problem)
    assert not Path("/nowhere").exists()


def test_no_url_is_a_missing_setting(warehouse, monkeypatch):
    monkeypatch.delenv("SOURCES__PRODUCT__CREDENTIALS", raising=False)
    with pytest.raises(ConfigurationError, match="SOURCES__PRODUCT__CREDENTIALS not set"):
        warehouse.load("product")


def test_a_server_that_does_not_answer_may_answer_later(warehouse, monkeypatch, capfd):
    url = f"postgresql+psycopg://canon:{QUOTED}@127.0.0.1:9/product?sslpassword={QUOTED}&connect_timeout=5"
    problem = refused(warehouse, monkeypatch, url, capfd)
    assert isinstance(problem, SourceUnavailable)
    assert "postgresql+psycopg://canon:***@127.0.0.1:9/product could not" in str(problem)


def test_a_wrong_password_and_a_wrong_database_are_wrong_settings(
    cluster, canon_role, warehouse, monkeypatch, capfd
):
    for url in (url_of(cluster, "canon", SECRET), canon_role.replace("/postgres?", "/nowhere?")):
        problem = refused(warehouse, monkeypatch, url, capfd)
        assert isinstance(problem, ConfigurationError)
        assert "Check SOURCES__PRODUCT__CREDENTIALS" in str(problem)


def findings(product: Product) -> dict[str, tuple[str, str]]:
    found = check_source("product", mapped_fields(POLICY)["product"])
    return {f"{each.area} {each.name}": (each.status, each.said) for each in found}


def test_doctor_looks_at_the_table(product: Product):
    assert findings(product) == {
        "credentials product": (OK, "lets us in"),
        "permissions product users": (
            OK,
            f"shows {shown(product)} fields, all 3 that the policy maps among them",
        ),
    }
    product.run("alter table users drop column internal_status")
    status, said = findings(product)["permissions product users"]
    assert (status, said) == (WARNING, "does not show internal_status, which the policy maps")
    product.run("alter table users drop column updated_at")
    status, said = findings(product)["credentials product"]
    assert status == FAILED
    assert "users has no column updated_at that may be read" in said
    product.run("drop table users")
    status, said = findings(product)["permissions product users"]
    assert status == FAILED
    assert "not there" in said


def shown(product: Product) -> int:
    """Columns that Canon's user may select: where there are grants, all but the hash of the password."""
    return 6 if product.kind == "postgresql" else 7


def test_a_stamp_that_is_no_timestamp_is_refused(product: Product, warehouse: Warehouse):
    product.run("drop table users")
    product.run("create table users (id varchar(9) primary key, updated_at varchar(30))")
    if product.kind == "postgresql":
        product.run("grant select on users to canon")
    with pytest.raises(ConfigurationError, match="updated_at is no timestamp"):
        warehouse.load("product")
