"""What Canon has to beat: a cascade of exact keys, as people write it in SQL.

The same e-mail address; else the same external id; else the same first name, last name and domain (the
company's, else that of the e-mail address). A record that an earlier key has linked is not looked at by a
later one. No value is normalised and none is blocked, and names may contradict each other.

Without guards it is what people write before they have met their data: one id on several records of a system
says that they are one person in a made-up set, and in a CRM as often that somebody copied it. Unique per
system, an external id or a name at a domain counts only where no system has it on two live records, as
docs/policy.md asks of tiers 4 and 5.

Neither looks at names on an e-mail address, where Canon's guard does: they make one person of a household,
which costs 6 to 17 % of their pairs on the sets with addresses. So there is the same with that guard in exact
form, the first name with the address: of the exact keys on an address that find most on Febrl's sets it is
the one that keeps the precision asked of Canon. Canon's recall is compared with what finds most at that
precision; see evaluation.plan.to_beat.
"""

from collections.abc import Mapping, Sequence

import duckdb

from evaluation.groups import Groups, Pair, joined
from evaluation.records import Record, as_table, stated_pairs

EMAIL = "email"
NAMED_EMAIL = "email || ' ' || first"
GUARDED = (
    "external_id",
    "first || ' ' || last || ' ' || coalesce(domain, split_part(email, '@', 2))",
)

# Every record that no earlier key has linked, with the first other record that has the same key.
FIND = """
with keyed as (
    select record_key, {key} as match_key from people where {key} is not null and {guard}
)
select unlinked.record_key, min(others.record_key) as other_key
from keyed as unlinked
inner join keyed as others
    on unlinked.match_key = others.match_key and unlinked.record_key != others.record_key
where unlinked.record_key not in (select record_key from links)
group by unlinked.record_key
"""


NO_GUARD = "true"
UNIQUE = """
{key} not in (
    select {key} from people
    where {key} is not null and record_key not in (select record_key from merged)
    group by {key}, split_part(record_key, ':', 1)
    having count(*) > 1
)
"""


def cascaded(records: Sequence[Record], *, is_unique: bool = False, is_named: bool = False) -> Groups:
    """The groups that the cascade makes of the records, with what the CRMs state themselves.

    Where `is_unique`, an id or a name at a domain that a system has twice links nobody; where `is_named`, an
    e-mail address links records of the same first name only.
    """
    email = NAMED_EMAIL if is_named else EMAIL
    guards = {email: NO_GUARD, **{key: UNIQUE.format(key=key) if is_unique else NO_GUARD for key in GUARDED}}
    keys = [each.key for each in records]
    return joined(keys, [*stated_pairs(records), *_links(records, guards)])


def _links(records: Sequence[Record], guards: Mapping[str, str]) -> list[Pair]:
    with duckdb.connect() as connection:
        connection.register("given", as_table(records))
        connection.execute("create table people as from given")
        connection.execute("create table links (record_key varchar, other_key varchar)")
        connection.execute("create table merged (record_key varchar)")
        if merged := [[each.key] for each in records if each.merged_into]:
            connection.executemany("insert into merged values (?)", merged)
        for key, guard in guards.items():
            connection.execute(f"insert into links {FIND.format(key=key, guard=guard)}")
        return connection.execute("select record_key, other_key from links order by all").fetchall()
