"""The table of users in the product's database. A product that calls it otherwise says so here.

`OBJECTS` keep the names that the policy and the raw log go by; `TABLE` is the table, or view, that has them.
"""

from dataclasses import dataclass

from pipelines.objects import ObjectSpec


@dataclass(frozen=True)
class UserTable:
    """Where the product keeps its users, and its columns for what every log has.

    `name` may have a schema before it (`app.users`). `stamp` is a timestamp that moves whenever a column
    that is read changes. `deleted` is a timestamp, null for who is there, or a boolean; a table may do
    without it.
    """

    name: str
    id: str
    stamp: str
    deleted: str


TABLE = UserTable(name="users", id="id", stamp="updated_at", deleted="deleted_at")

OBJECTS = (ObjectSpec("users", "users", cursor=TABLE.stamp),)
