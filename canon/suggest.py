"""`canon review suggest`: ask a model which customers are probably one, and put the question to the steward.

Suggestions are rows of `ops.identity_suggestions`, which the next build turns into open questions. They link
nothing: only a steward's yes does.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import duckdb

from canon.errors import ConfigurationError, UsageError
from canon.journal import ensure_journals, later_than
from canon.likeness import COLUMNS
from canon.lock import run_lock
from canon.output import stdout_to_stderr, step
from canon.settings import Settings
from canon.warehouse import connect, has_table, require_warehouse

if TYPE_CHECKING:
    import pyarrow as pa

    from canon.likely import Likely, Prediction

SUGGESTED, SKIPPED = "succeeded", "skipped"

NEEDED = (
    "int_customers_normalized",
    "int_customers_identified",
    "int_customers_unioned",
    "int_nicknames_paired",
)

# Columns of the records as the policy maps them: an own policy may do without some.
MAPPED = ("phone", "street", "city", "postal_code", "job_title", "company_name")


@dataclass(frozen=True)
class Suggested:
    """What a run suggested. `found` counts pairs of customers before the limit; `reason`: why it skipped."""

    status: str
    records: int
    threshold: float
    found: int = 0
    model: str | None = None
    reason: str | None = None
    suggestions: "Sequence[Likely]" = ()

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {**asdict(self), "suggested": len(self.suggestions)}


def suggest(settings: Settings, threshold: float, limit: int) -> Suggested:
    """Compare the records of the last build, and write down which customers are probably one person.

    Args:
        settings: Where the warehouse is.
        threshold: The least probability of a suggestion, 0 to 1.
        limit: The most suggestions. Pairs whose names agree come first, then the most probable.

    Raises:
        ConfigurationError: The extra `suggest` is not installed.
        UsageError: Nothing was built yet.
        LockHeld: A run is at work.
    """
    try:
        from canon.likely import TooLittle, predict
    except ImportError as error:
        raise ConfigurationError(
            f"Nothing can be suggested, {error.name} is not installed. Run: pip install -e '.[suggest]'"
        ) from error
    with run_lock(settings.warehouse, "review"):
        people, settled = _read(settings)
        try:
            with step("Comparing the customers"), stdout_to_stderr():
                prediction = predict(people, settled, threshold)
        except TooLittle as little:
            return Suggested(SKIPPED, people.num_rows, threshold, reason=str(little))
        kept = prediction.pairs[:limit]
        _write(settings, prediction, kept, people.num_rows, threshold)
    return Suggested(
        SUGGESTED,
        people.num_rows,
        threshold,
        found=len(prediction.pairs),
        model=prediction.model,
        suggestions=kept,
    )


def _read(settings: Settings) -> "tuple[pa.Table, pa.Table]":
    """Live records of people as they are compared, and pairs of customers that a steward decided about."""
    path = settings.warehouse
    require_warehouse(path)
    with connect(path) as con:
        ensure_journals(con)
        missing = [name for name in NEEDED if not has_table(con, "intermediate", name)]
        if missing:
            raise UsageError(f"{path} lacks intermediate.{missing[0]}. Run canon sync, then ask again.")
        people = con.sql(_people(con)).to_arrow_table()
        return people, con.sql(SETTLED).to_arrow_table()


def _people(con: duckdb.DuckDBPyConnection) -> str:
    """The query for the records; a field that the policy does not map is blank."""
    described = con.execute("describe intermediate.int_customers_unioned").fetchall()
    known = {row[0] for row in described}
    mapped = {
        name: f"nullif(lower(trim(cast(records.{name} as varchar))), '')"
        if name in known
        else "cast(null as varchar)"
        for name in MAPPED
    }
    columns = {**OWN, **mapped}
    return PEOPLE.format(columns=", ".join(f"{columns[name]} as {name}" for name in COLUMNS))


def _write(
    settings: Settings, prediction: "Prediction", kept: "Sequence[Likely]", records: int, threshold: float
) -> None:
    """Append the run and what it suggests, both or neither."""
    run_id, model = uuid4().hex, prediction.model
    with connect(settings.warehouse) as con:
        now = later_than(con, "ops.suggestion_runs", "suggested_at")
        con.begin()
        con.execute(
            "insert into ops.suggestion_runs (run_id, model, threshold, records, suggested_at) "
            "values (?, ?, ?, ?, ?)",
            [run_id, model, threshold, records, now],
        )
        for each in kept:
            con.execute(
                "insert into ops.identity_suggestions (suggestion_id, run_id, left_key, right_key, "
                "probability, because, model, suggested_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
                [uuid4().hex, run_id, *asdict(each).values(), model, now],
            )
        con.commit()


# Records that may share an id or an address that is still taken for a person's.
MOST_HOLDERS = 100

# Columns that identity brought into normal form: a blocked address or id says nothing about a person, nor one
# that a crowd shares, and a free-mail provider is no company.
OWN = {
    "first_name": "people.first_name",
    "first_forms": "forms.names",
    "last_name": "people.last_name",
    "email": f"""
        case
            when people.email_block_reason is null
                and count(*) over (partition by people.email) <= {MOST_HOLDERS} then people.email
        end
    """,
    "external_id": f"""
        case
            when blocked.value is null
                and count(*) over (partition by people.external_id) <= {MOST_HOLDERS} then people.external_id
        end
    """,
    "company_domain": "case when free_mail.domain is null then people.company_domain end",
}

# History and deleted records are nobody's duplicates.
PEOPLE = """
with forms as (
    select name, list(distinct other_name) as names
    from intermediate.int_nicknames_paired
    group by name
)
select people.record_key, identified.customer_id, {columns}
from intermediate.int_customers_normalized as people
join intermediate.int_customers_identified as identified using (record_key)
join intermediate.int_customers_unioned as records using (record_key)
left join forms on split_part(people.first_name, ' ', 1) = forms.name
left join seeds.free_mail_domains as free_mail on people.company_domain = free_mail.domain
left join seeds.blocked_values as blocked
    on lower(people.external_id) = blocked.value and blocked.kind = 'external_id'
where people.is_standing and not people.is_deleted
order by people.record_key
"""

# As the journal has it, not as it was built: what was decided since must not be asked again.
SETTLED = """
with latest as (
    select left_key, right_key, kind
    from ops.identity_decisions
    where entity = 'customer'
    qualify row_number() over (
        partition by left_key, right_key order by decided_at desc, decision_id desc
    ) = 1
)
select distinct
    least(one.customer_id, other.customer_id) as customer_id,
    greatest(one.customer_id, other.customer_id) as other_id
from latest
join intermediate.int_customers_identified as one on latest.left_key = one.record_key
join intermediate.int_customers_identified as other on latest.right_key = other.record_key
where latest.kind != 'withdrawn' and one.customer_id != other.customer_id
"""
