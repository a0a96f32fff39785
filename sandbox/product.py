"""The sample's product: its own database, as a SQLite file that Canon reads over SQLAlchemy."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ProductDatabase:
    """A database of users at `path`, made of the files in `data`."""

    path: Path
    data: Path

    @classmethod
    def create(cls, path: Path, data: Path) -> ProductDatabase:
        """Make the file from `schema.sql` and `users.jsonl` of the folder `data`."""
        users = [json.loads(line) for line in (data / "users.jsonl").read_text(encoding="utf-8").splitlines()]
        columns = list(users[0])
        named = ", ".join(f":{column}" for column in columns)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript((data / "schema.sql").read_text(encoding="utf-8"))
            connection.executemany(f"insert into users ({', '.join(columns)}) values ({named})", users)
        return cls(path, data)

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that point Canon's loader at it."""
        return {"SOURCES__PRODUCT__CREDENTIALS": f"sqlite:///{self.path}"}

    def day_two(self) -> list[str]:
        """Apply `day_two.json`, as the product would; returns its stories in order."""
        changes = json.loads((self.data / "day_two.json").read_text(encoding="utf-8"))
        for change in changes:
            self.update(change["id"], **change["values"])
        return [str(change["story"]) for change in changes]

    def update(self, user_id: str, **values: Any) -> None:
        """Change a user; the row's stamp moves, as the product's own code would move it."""
        assigned = ", ".join(f"{column} = :{column}" for column in values)
        now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        self.execute(
            f"update users set {assigned}, updated_at = {now} where id = :user_id",
            user_id=user_id,
            **values,
        )

    def execute(self, statement: str, **values: Any) -> None:
        """Run one statement of a test's own."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, values)
