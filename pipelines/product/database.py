"""The product's database over SQLAlchemy: read-only, its failures without the password, its rows as Arrow."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pyarrow as pa
import sqlalchemy as sa
from dlt.sources.sql_database import TableLoader
from dlt.sources.sql_database.schema_types import table_to_columns
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from pipelines.errors import ConfigurationError, FieldsChanged, SourceUnavailable
from pipelines.product.settings import SOURCE
from pipelines.settings import setting

CREDENTIALS = setting(SOURCE, "credentials")
ROWS = 10_000  # rows that become one Arrow table; the driver holds no more of them
# A server that heard us and said no, by its SQL state; PostgreSQL's driver gives none for a login.
REFUSED = ("28", "3D", "42501")
NOT_LET_IN = re.compile(
    "authentication failed|no password supplied|no pg_hba.conf entry|FATAL: .* does not exist"
)
SECRET = re.compile("pass|secret|token|key", re.IGNORECASE)
NO_COLUMN = "42703"
EXAMPLE = "postgresql+psycopg://canon:password@db.example.com:5432/product"


def password(url: str) -> str | None:
    """The password in a SQLAlchemy URL; None where there is none.

    Raises:
        ConfigurationError: it is no such URL.
    """
    found = _parsed(url).password
    return str(found) if found else None


class Database:
    """A connection for as long as each question takes. `url` is a SQLAlchemy URL.

    Raises:
        ConfigurationError: it is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = _parsed(url)
        self._engine = _engine(self._url)

    @property
    def dialect(self) -> sa.Dialect:
        """How the database spells things."""
        return self._engine.dialect

    def now(self) -> datetime:
        """The server's clock, naive UTC."""
        clock = sa.func.current_timestamp()  # SQLite's is in UTC, PostgreSQL's says its offset
        with self.explained("be asked for the time"), self._engine.connect() as connection:
            return as_utc(connection.execute(sa.select(sa.type_coerce(clock, sa.DateTime))).scalar_one())

    def reflect(self, name: str) -> sa.Table | None:
        """The table or view `name` (or `schema.name`) as the database has it; None if it is not there."""
        schema, _, table = name.rpartition(".")
        with self.explained(f"be asked for the columns of {name}"):
            try:
                return sa.Table(
                    table, sa.MetaData(), schema=schema or None, autoload_with=self._engine, resolve_fks=False
                )
            except NoSuchTableError:
                return None

    def hidden(self, table: sa.Table) -> frozenset[str]:
        """Columns that we may not select: in PostgreSQL a grant may name single ones."""
        if self.dialect.name != "postgresql":
            return frozenset()
        column = sa.column("name", sa.Text)
        names = sa.values(column, name="names").data([(each.name,) for each in table.columns])
        quoted = self.dialect.identifier_preparer.format_table(table)
        refused = sa.not_(sa.func.has_column_privilege(quoted, names.c.name, "SELECT"))
        with self.explained("be asked for its grants"), self._engine.connect() as connection:
            return frozenset(connection.execute(sa.select(names.c.name).where(refused)).scalars())

    def read(self, query: "sa.Select[Any]", table: sa.Table) -> Iterator[pa.Table]:
        """The rows of a query as Arrow tables; texts, timestamps and booleans only."""
        shape = query.subquery("answer")
        loader = TableLoader(
            self._engine,
            "pyarrow",
            table,
            table_to_columns(shape),  # type: ignore[arg-type]  # reads names and types of columns only
            chunk_size=ROWS,
            query_adapter_callback=lambda _, __: query,
        )
        with self.explained(f"read {table.fullname}"):
            yield from loader.load_rows()

    @contextmanager
    def explained(self, doing: str) -> Iterator[None]:
        """Turn the driver's failures into ours: what the server said, without SQL, values or the password.

        Raises:
            ConfigurationError: the server refuses us.
            FieldsChanged: a column went away since the table was described.
            SourceUnavailable: anything else.
        """
        try:
            yield
        except (SQLAlchemyError, ValueError, pa.ArrowException) as problem:
            said = self._said(problem)
            message = f"{SOURCE}: {self._where()} could not {doing}: {said}"
            if _sqlstate(problem) == NO_COLUMN or "no such column" in said:
                raise FieldsChanged(message) from None
            if _sqlstate(problem).startswith(REFUSED) or NOT_LET_IN.search(said):
                raise ConfigurationError(f"{message} Check {CREDENTIALS} and that user's grants.") from None
            raise SourceUnavailable(f"{message} Nothing is lost; the next run reads on.") from None

    def _where(self) -> str:
        """Which database, without the password and other secrets of the URL."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    def _said(self, problem: Exception) -> str:
        """The first line of what the driver said; nothing of a failure that may repeat a value."""
        if not isinstance(problem, DBAPIError):
            return f"{type(problem).__name__}."
        said = next(iter(str(problem.orig).strip().splitlines()), type(problem.orig).__name__)
        for secret in _secrets(self._url):
            said = said.replace(secret, "***")
        return f"{said.rstrip('.')}."


def as_utc(moment: datetime) -> datetime:
    """A moment as naive UTC; one without offset is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _parsed(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except (ArgumentError, ValueError):  # neither is repeated: it may hold the password
        raise ConfigurationError(
            f"{CREDENTIALS} is no SQLAlchemy URL; give one like {EXAMPLE} or sqlite:////path/to/product.db."
        ) from None


def _engine(url: sa.URL) -> sa.Engine:
    """An engine that opens a connection for each question; in PostgreSQL and SQLite it may only read."""
    try:
        engine = sa.create_engine(
            url,
            poolclass=sa.NullPool,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True},
        )
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        name = url.drivername if isinstance(missing, NoSuchModuleError) else missing.name
        raise ConfigurationError(
            f"{CREDENTIALS} needs {name}, which is not installed. For PostgreSQL: pip install -e "
            "'.[postgres]', and a URL that begins with postgresql+psycopg://."
        ) from None
    if engine.dialect.name == "sqlite":
        _require_file(url)
        sa.event.listen(engine, "connect", lambda found, _: found.execute("pragma query_only = on"))
    return engine


def _require_file(url: sa.URL) -> None:
    """SQLite would make a file that is not there."""
    if not url.database or not Path(url.database).is_file():
        raise ConfigurationError(
            f"{CREDENTIALS} names a SQLite file that is not there: {url.database or ''}."
        )


def _sqlstate(problem: Exception) -> str:
    return str(getattr(getattr(problem, "orig", None), "sqlstate", "") or "")


def _secrets(url: sa.URL) -> Iterator[str]:
    """What of a URL must not be said, in the spellings in which a driver may repeat it."""
    values = [url.password, *(url.query[name] for name in url.query if SECRET.search(name))]
    for value in map(str, filter(None, values)):
        yield from sorted({value, quote(value), quote_plus(value)}, key=len, reverse=True)
