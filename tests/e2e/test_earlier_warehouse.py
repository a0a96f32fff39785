"""A warehouse from before a table or a column was there builds on, and the missing is null, not an error."""

import duckdb
import pytest

from canon.steps import build_only, publish_only

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.long]

# What `ops` and the raw schemas were like before reads kept their outcomes and sweeps counted.
BEFORE = """
drop view ops.record_counts;
create table ops.record_counts (
    sync_id varchar not null, source varchar not null, object varchar not null, source_count bigint,
    copy_count bigint, drift bigint, counted_at timestamp not null
);
drop view ops.sync_extracts cascade;
drop view staging.stg_salesforce__counts;
drop view staging.stg_salesforce__extracts;
drop table raw_salesforce.counts;
alter table raw_salesforce.extracts drop column if exists outcomes;
alter table raw_salesforce.extracts drop column if exists finished_at;
"""
SWEPT = """
insert into raw_salesforce.counts by name
select
    'Contact' as _record_id, 'Contact' as object, 230 as source_count, 231 as copy_count, 1 as missing,
    2 as surplus, 3 as stale, 'x' as _extract_id, max(sync_seq) as _sync_seq, now()::timestamp as counted_at
from ops.sync_runs
"""


def test_a_warehouse_of_before_gets_the_counts_of_its_first_sweep(world):
    reads = world.warehouse.one("select count(*) from ops.sync_extracts where source = 'salesforce'")
    with duckdb.connect(str(world.warehouse.path)) as con:
        con.execute(BEFORE)
    build_only(world.settings(), full_refresh=False)
    assert world.warehouse.rows("from ops.record_counts") == []
    unknown = "select count(*), count(outcomes), count(finished_at) from ops.sync_extracts where source = ?"
    assert world.warehouse.rows(unknown, "salesforce") == [(reads, 0, 0)]

    with duckdb.connect(str(world.warehouse.path)) as con:
        con.execute(SWEPT)
    publish_only(world.settings())

    counts = "select object, source_count, copy_count, missing, surplus, stale, drift from ops.record_counts"
    assert world.published.rows(counts) == [("Contact", 230, 231, 1, 2, 3, 3)]
    swept_by = "select count(*) from ops.record_counts join ops.sync_runs using (sync_id)"
    assert world.published.one(swept_by) == 1
