"""What Canon has to beat: a cascade of exact keys, as people write it in SQL before they have met their data.

The same e-mail address; else the same external id; else the same first name, last name and domain (the
company's, else that of the e-mail address). A record that an earlier key has linked is not looked at by a
later one. No value is normalised and none is blocked, and names may contradict each other.
"""

from collections.abc import Sequence

import duckdb

from evaluation.groups import Groups, Pair, joined
from evaluation.records import Record, as_table, stated_pairs

KEYS = (
    "email",
    "external_id",
    "first || ' ' || last || ' ' || coalesce(domain, split_part(email, '@', 2))",
)

# Every record that no earlier key has linked, with the first other record that has the same key.
FIND = """
with keyed as (
    select record_key, {key} as match_key from people where {key} is not null
)
select unlinked.record_key, min(others.record_key) as other_key
from keyed as unlinked
inner join keyed as others
    on unlinked.match_key = others.match_key and unlinked.record_key != others.record_key
where unlinked.record_key not in (select record_key from links)
group by unlinked.record_key
"""


def cascaded(records: Sequence[Record]) -> Groups:
    """The groups that the cascade makes of the records, with what the CRMs state themselves."""
    keys = [each.key for each in records]
    return joined(keys, [*stated_pairs(records), *_links(records)])


def _links(records: Sequence[Record]) -> list[Pair]:
    with duckdb.connect() as connection:
        connection.register("given", as_table(records))
        connection.execute("create table people as from given")
        connection.execute("create table links (record_key varchar, other_key varchar)")
        for key in KEYS:
            connection.execute(f"insert into links {FIND.format(key=key)}")
        return connection.execute("select record_key, other_key from links order by all").fetchall()
