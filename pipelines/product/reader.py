"""How the product's users are read: whole by keyset the first time, what changed by its stamp afterwards."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
import sqlalchemy as sa

from pipelines.extract import Mode, Page, Reading, Request
from pipelines.fields import Field
from pipelines.http import Budget, Usage
from pipelines.objects import ObjectSpec
from pipelines.policy import POLICY, external_id, mapped_fields
from pipelines.product.database import Database
from pipelines.product.objects import TABLE
from pipelines.product.rows import field_columns, field_of, require_columns, system_columns, table_of
from pipelines.product.settings import SOURCE, ProductSettings
from pipelines.settings import duration

SQL = "sql"
IDS = 1000  # ids in one query, far below any database's limit of parameters


class ProductReader:
    """Reads the users of one product (a `pipelines.extract.Reader`). A database has no allowance of calls."""

    source = SOURCE

    def __init__(self, settings: ProductSettings) -> None:
        self.overlap = duration(SOURCE, "overlap", settings.overlap)
        self.lag = duration(SOURCE, "lag", settings.lag)
        self.usage, self.budget = Usage(), Budget(SOURCE, share=1)
        self._database = Database(settings.credentials)
        self._table = sa.Table("", sa.MetaData())
        self._columns: dict[str, sa.Column[Any]] = {}
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The server's clock as it went when the fields were asked for."""
        return _utc_now() + self._ahead

    def ahead(self) -> timedelta:
        """How far it is ahead of ours."""
        return self._ahead

    def transport(self, spec: ObjectSpec, mode: Mode) -> str:
        """Always SQL."""
        return SQL

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """All columns that may be selected; loaded are those that the policy names or the log itself needs.

        Raises:
            ConfigurationError: the table lacks its id or stamp.
        """
        self._ahead = self._database.now() - _utc_now()
        table = self._database.reflect(TABLE.name)
        if table is None:
            return []
        hidden = self._database.hidden(table)
        self._table = table
        self._columns = {str(each.name): each for each in table.columns if each.name not in hidden}
        require_columns(self._columns, TABLE)
        wanted = _wanted(spec)
        return [field_of(each, wanted, self._database.dialect) for each in self._columns.values()]

    def deleted(self, spec: ObjectSpec, since: datetime) -> Sequence[str] | None:
        """Nothing: a row that is gone leaves no list. A sweep finds it."""
        return ()

    def read(self, request: Request) -> Reading:
        """Everything, from where an earlier backfill was left; or what was stamped since the window began."""
        window = request.window
        if not window.is_backfill:
            return Reading(self._pages(request.fields, self._since(window.start)))
        return Reading(self._pages(request.fields, self._after(request.position), is_resumable=True))

    def stubs(self, request: Request) -> Iterator[pa.Table]:
        """Id, stamp, mark and the compared fields of all users."""
        for page in self._pages(request.compared):
            yield page.rows

    def fetch(self, request: Request, ids: Sequence[str]) -> Iterator[Page]:
        """Users by id."""
        column = self._columns[TABLE.id]
        remaining = iter(ids)
        while chunk := list(islice(remaining, IDS)):
            yield from self._pages(request.fields, column.in_([_typed(column, each) for each in chunk]))

    def absorbed(self, rows: pa.Table) -> list[str]:
        """None: a product that merges users deletes or marks the ones that are gone."""
        return []

    def erased(self, request: Request, gone: Sequence[str], stubs: pa.Table) -> Sequence[str]:
        """Nobody: a table does not tell a deletion for privacy from any other."""
        return ()

    def _since(self, start: datetime | None) -> "sa.ColumnElement[bool]":
        """Stamped, or marked as deleted, since then. What has no stamp always counts: nobody knows better."""
        conditions: list[sa.ColumnElement[bool]] = [self._columns[TABLE.stamp].is_(None)]
        for column in (self._columns[TABLE.stamp], self._columns.get(TABLE.deleted)):
            if column is not None and start is not None and isinstance(column.type, sa.DateTime):
                conditions.append(column >= (start.replace(tzinfo=UTC) if column.type.timezone else start))
        return sa.or_(*conditions)

    def _after(self, position: str) -> "sa.ColumnElement[bool]":
        column = self._columns[TABLE.id]
        return column > _typed(column, position) if position else sa.true()

    def _pages(
        self,
        fields: Sequence[str],
        where: "sa.ColumnElement[bool] | None" = None,
        *,
        is_resumable: bool = False,
    ) -> Iterator[Page]:
        """Users with these fields in the order of their ids; an empty page where there are none."""
        selected = [*system_columns(self._columns, TABLE), *field_columns(self._columns, fields)]
        query = sa.select(*selected).where(sa.true() if where is None else where)
        page = Page(_no_rows(selected), SQL)
        for answer in self._database.read(query.order_by(self._columns[TABLE.id]), self._table):
            rows = table_of(answer)
            position = rows.column("_record_id")[-1].as_py() if is_resumable else ""
            page = Page(rows, SQL, position)
            yield page
        if not page.rows.num_rows:
            yield page


def _wanted(spec: ObjectSpec) -> frozenset[str]:
    """Lower-case names of the columns that the policy names, and of the table's own."""
    mapped = mapped_fields(POLICY).get(SOURCE, {}).get(spec.name, set())
    also = (external_id(POLICY, SOURCE, spec.name), TABLE.id, TABLE.stamp, TABLE.deleted)
    return frozenset(name.lower() for name in (*mapped, *also) if name)


def _typed(column: "sa.Column[Any]", text: str) -> Any:
    """An id of the log in the type of its column."""
    kind: type = column.type.python_type
    return kind(text) if kind in (int, Decimal, UUID) else text


def _no_rows(selected: "Sequence[sa.ColumnElement[Any]]") -> pa.Table:
    return table_of(pa.table({each.name: pa.nulls(0) for each in selected}))


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
