"""An analyst's process: reads the published copy over and over until its standard input closes.

Runs under an older DuckDB than the project does. Prints `ready` after its first read, a JSON object last.
"""

import json
import select
import sys

import duckdb

# Leaves most of a processor to the sync that it watches.
PAUSE_SECONDS = 0.25

FIELDS = "select distinct field from marts.customer_fields order by field"

# Values of the wide table that the narrow one does not hold, and the other way round.
DISAGREEMENTS = """
with wide as (
    unpivot (select customer_id, {columns} from marts.customers) on columns(* exclude (customer_id))
    into name field value value
),
narrow as (
    select customer_id, field, value from marts.customer_fields where value is not null
)
select count(*) from (
    (select customer_id, field, value from wide except from narrow)
    union all
    (from narrow except select customer_id, field, value from wide)
)
"""

# What tells two publications apart. The last number may move alone; the others move together.
STATE = """
select
    (select count(*) from marts.customers),
    (select count(*) from marts.customer_changes),
    (select count(*) from snapshots.customers_snapshot),
    (select count(*) from snapshots.customers_snapshot where dbt_valid_to is null),
    (select cast(bit_xor(hash(customers)) as varchar) from marts.customers),
    (select count(*) from ops.sync_runs)
"""


def disagreements(con: duckdb.DuckDBPyConnection) -> int:
    """How many values customers and customer_fields do not agree on."""
    fields = [name for (name,) in con.execute(FIELDS).fetchall()]
    columns = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in fields)
    (found,) = con.execute(DISAGREEMENTS.format(columns=columns)).fetchone()
    return found


def state(con: duckdb.DuckDBPyConnection) -> list:
    """The state that a connection sees."""
    return list(con.execute(STATE).fetchone())


def main(path: str) -> None:
    """Read until told to stop, then report."""
    states, errors, wrong, reads = [], [], 0, 0
    stop = False
    while not stop:
        stop = bool(select.select([sys.stdin], [], [], PAUSE_SECONDS if reads else 0)[0])
        try:
            with duckdb.connect(path, read_only=True) as con:
                seen = state(con)
                wrong += disagreements(con)
        except duckdb.Error as error:
            errors.append(str(error))
            continue
        reads += 1
        if not states or states[-1] != seen:
            states.append(seen)
        if reads == 1:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
    report = {
        "version": duckdb.__version__,
        "reads": reads,
        "states": states,
        "errors": errors,
        "disagreements": wrong,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
