"""A product's database in SQLite and in PostgreSQL: what is true of one is true of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from tests.pipelines.loading import Warehouse
from tests.product import postgres

SECRET = "hash-of-a-password"
# The same for every test, so that a log of these users can be shared.
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


@dataclass
class Product:
    """A database with a table of users, seen by the product's own code. `url` is what Canon is given."""

    engine: sa.Engine
    url: str
    kind: str

    def run(self, statement: str, **values: Any) -> None:
        """One statement in a transaction of its own."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def create(self, *columns: str) -> None:
        """The table with these columns beside those that every product has, and nobody in it."""
        own = (
            "id varchar(40) primary key",
            "email varchar(320)",
            "password_hash varchar(80)",
            f"updated_at {self.moment}",
            f"deleted_at {self.moment}",
        )
        self.run("drop table if exists users")
        self.run(f"create table users ({', '.join((*own, *columns))})")
        self.grant()

    def grant(self) -> None:
        """Let Canon read everything but the hash, where the database has grants."""
        if self.kind == "postgresql":
            self.run("revoke all on users from canon")
            names = [column["name"] for column in sa.inspect(self.engine).get_columns("users")]
            readable = ", ".join(name for name in names if name != "password_hash")
            self.run(f"grant select ({readable}) on users to canon")

    @property
    def moment(self) -> str:
        """The type of a timestamp."""
        return "timestamptz" if self.kind == "postgresql" else "timestamp"

    def add(self, user_id: str, at: datetime = LONG_AGO, **values: Any) -> None:
        """A user who changed last at that moment."""
        row = {"id": user_id, "password_hash": SECRET, "updated_at": self.moment_of(at), **values}
        names = ", ".join(row)
        self.run(f"insert into users ({names}) values ({', '.join(f':{name}' for name in row)})", **row)

    def change(self, user_id: str, ago: timedelta | None = timedelta(), **values: Any) -> None:
        """Another version of a user, by default of now."""
        row = {"updated_at": self.ago(ago), **values}
        assigned = ", ".join(f"{name} = :{name}" for name in row)
        self.run(f"update users set {assigned} where id = :user_id", user_id=user_id, **row)

    def ago(self, span: timedelta | None) -> Any:
        """So long ago, as the database takes it."""
        return None if span is None else self.moment_of(datetime.now(UTC) - span)

    def moment_of(self, moment: datetime) -> Any:
        """A moment as the database takes it."""
        return moment if self.kind == "postgresql" else moment.strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (apt-get install postgresql)")
    with postgres.running(programs) as folder:
        yield folder


@pytest.fixture(scope="session")
def canon_role(cluster: Path) -> str:
    """A role that may log in and read what it is granted; gives its URL."""
    engine = sa.create_engine(
        url_of(cluster, postgres.OWNER, postgres.PASSWORD), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text("create role canon login password 'c@non/pass word'"))
    engine.dispose()
    return url_of(cluster, "canon", "c@non/pass word")


def url_of(folder: Path, user: str, password: str, database: str = "postgres") -> str:
    """The SQLAlchemy URL of a database behind that socket."""
    return f"postgresql+psycopg://{user}:{quote(password, safe='')}@/{database}?host={folder}"


@pytest.fixture(params=["sqlite", "postgresql"])
def product(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Product]:
    """A product with two mapped columns and nobody in it, and the setting that points at it."""
    owner = url = f"sqlite:///{tmp_path}/product.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("canon_role")
        owner = url_of(request.getfixturevalue("cluster"), postgres.OWNER, postgres.PASSWORD)
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    found = Product(engine, url, request.param)
    found.create("usage_score double precision", "internal_status varchar(20)")
    monkeypatch.setenv("SOURCES__PRODUCT__CREDENTIALS", url)
    yield found
    found.run("drop table if exists users")


@pytest.fixture(scope="session")
def logs() -> dict[str, Warehouse]:
    """Logs of two users, by kind of database, as soon as a test has asked for one."""
    return {}


@pytest.fixture
def loaded(
    product: Product, logs: dict[str, Warehouse], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """A log of two users, loaded once and copied."""
    product.add("u1", email="ann@example.com", usage_score=87.5, internal_status="active")
    product.add("u2", email="bob@example.com", usage_score=None, internal_status="trial")
    if product.kind not in logs:
        logs[product.kind] = Warehouse(tmp_path_factory.mktemp(product.kind) / "canon.duckdb")
        logs[product.kind].load("product")
    return logs[product.kind].copy(tmp_path)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse that does not exist yet."""
    return Warehouse(tmp_path / "warehouse" / "canon.duckdb")
