"""The queries of `pipelines.log`. `{table}` is a raw table, `asked` the rows that the question is about."""

EMPTY = (
    "(select cast(null as varchar) as _record_id, cast(null as timestamp) as _stamp, "
    "cast(null as boolean) as _is_deleted, cast(null as varchar) as _content_hash, "
    "cast(null as varchar) as _extract_id, "
    "cast(null as bigint) as _sync_seq where false)"
)

NEWEST = """
    qualify row_number() over (
        partition by _record_id order by _sync_seq desc, _stamp desc nulls last, _extract_id desc
    ) = 1
"""

CURRENT = (
    """
    select _record_id, _stamp, _is_deleted, _content_hash from {table}
    where _record_id in (select _record_id from asked)
"""
    + NEWEST
)

HASHED = "select md5(cast(json_array({values}) as varchar) || {names}) as _content_hash from asked"

# A version is new when it says something else than the current one. One with an older stamp than the live
# current one is stale, unless it is known for the truth: it was overtaken while it was being read. A deleted
# record may come back with any stamp.
CHANGED = """
with incoming as (
    select * from asked
    qualify row_number() over (partition by _record_id order by _stamp desc nulls last, _position desc) = 1
),
current as ({current})
select incoming._position
from incoming
left join current on current._record_id = incoming._record_id
where
    current._record_id is null
    or (
        (
            incoming._content_hash is distinct from current._content_hash
            or incoming._is_deleted is distinct from current._is_deleted
        )
        and ({is_truth} or current._is_deleted or coalesce(incoming._stamp >= current._stamp, true))
    )
order by incoming._position
"""

UNSEEN = """
select distinct asked._record_id
from asked
anti join {table} as held
    on held._record_id = asked._record_id
    and held._stamp = asked._stamp
    and held._is_deleted = asked._is_deleted
"""

# `{fields}`, `{known}` and `{unlike}`: columns to compare besides, whose changes no stamp shows.
DIFFERING = (
    """
with held as (
    select _record_id, _stamp, _is_deleted{fields} from {table}
"""
    + NEWEST
    + """
),
known as (
    select _record_id{known} from {table} group by _record_id
)
select distinct asked._record_id
from asked
left join held on held._record_id = asked._record_id
left join known on known._record_id = asked._record_id
where
    held._record_id is null
    or held._stamp is distinct from asked._stamp
    or held._is_deleted is distinct from asked._is_deleted
    or asked._stamp >= $settled
    {unlike}
"""
)

# Where the current version was read without the field: news is any value now, and that one is gone that was
# known before. A field that never had a value and has none now is none.
UNLIKE = """
    or held.{name} <> asked.{name}
    or (held.{name} is null and (asked.{name} <> '' or known.{name} <> ''))
"""

FIELDS_READ = """
select fields from {table}
where object = $object and window_to is not null and fields is not null
order by sync_seq desc, extract_id desc
limit 1
"""

COUNTS = (
    """
with held as (
    select _record_id, _stamp, not _is_deleted as is_live from {table}
"""
    + NEWEST
    + """
),
there as (
    select _record_id, _stamp, not _is_deleted as is_live from asked
    qualify row_number() over (partition by _record_id order by _stamp desc nulls last) = 1
)
select
    count(*) filter (where there.is_live) as source_count,
    count(*) filter (where held.is_live) as copy_count,
    count(*) filter (where there.is_live and held.is_live is not true and there._stamp < $settled) as missing,
    count(*) filter (
        where there.is_live and held.is_live
            and there._stamp is distinct from held._stamp and there._stamp < $settled
    ) as stale
from there
full join held on held._record_id = there._record_id
"""
)

GONE = (
    """
with current as (
    select _record_id, _is_deleted, _sync_seq, _stamp from {table}
    where {scope}
"""
    + NEWEST
    + """
)
select current._record_id
from current
anti join asked on asked._record_id = current._record_id
where not current._is_deleted
order by current._record_id
"""
)

TOMBSTONES = (
    """
with current as (
    select * from {table}
    where _record_id in (select _record_id from asked)
"""
    + NEWEST
    + """
)
select * replace (
    true as _is_deleted, cast($extract_id as varchar) as _extract_id, cast($sync_seq as bigint) as _sync_seq
)
from current
where not _is_deleted
"""
)

LINKED = (
    """
select _record_id from (
    select _record_id, to_ids from {table}
    where _record_id in (select _record_id from asked)
"""
    + NEWEST
    + ") where to_ids <> ''"
)

LIVE = "select _record_id, _stamp, _is_deleted, _sync_seq, _extract_id from {table}" + NEWEST

KNOWN = "select distinct _record_id from {table} where _record_id in (select _record_id from asked)"

ALIVE = f"select _record_id from ({CURRENT}) where not _is_deleted"

LIVE_COUNT = f"""
select count(*) as live from (
    select _record_id from ({LIVE}) where not _is_deleted
    union
    select _record_id from asked
)
"""

DELETED = f"select _record_id from ({LIVE}) where _is_deleted and _stamp > $moment"

LIVE_SINCE = f"select _record_id from ({LIVE}) where not _is_deleted and _sync_seq > $sync_seq"

# dlt appends at least once, so a read may stand twice in the journal.
CALLS = """
select coalesce(sum(api_calls), 0) as calls
from (
    select extract_id, max(api_calls) as api_calls from {table}
    where finished_at > $moment group by extract_id
)
"""
